// Writes docs/openapi.json and the table of errors in docs/gateway.md; with --check it fails when either would change.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { openApiText, withErrorTable } from '#services/gateway/index.ts'

const present = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')
const wanted: Record<string, string> = {
  'docs/openapi.json': openApiText(),
  'docs/gateway.md': withErrorTable(present('docs/gateway.md')),
}

for (const [file, text] of Object.entries(wanted)) {
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (text !== present(file)) {
    process.stderr.write(`${file} is not what the routes say. Run npm run generate:openapi and commit it.\n`)
    process.exitCode = 1
  }
}
