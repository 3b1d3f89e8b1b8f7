// Writes docs/openapi.json; with --check it fails when the committed file is not what would be written.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { openApiText } from '#services/gateway/index.ts'

const FILE = 'docs/openapi.json'
const wanted = openApiText()
const present = existsSync(FILE) ? readFileSync(FILE, 'utf8') : ''

if (!process.argv.includes('--check')) writeFileSync(FILE, wanted)
else if (wanted !== present) {
  process.stderr.write(`${FILE} is not what the routes say. Run npm run generate:openapi and commit it.\n`)
  process.exitCode = 1
}
