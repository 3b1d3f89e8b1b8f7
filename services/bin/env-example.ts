// Writes .env.example from the settings; with --check it only says whether the file is true.
import { readFileSync, writeFileSync } from 'node:fs'
import { envExample } from '#services/platform/env-example.ts'

const FILE = '.env.example'
if (!process.argv.includes('--check')) writeFileSync(FILE, envExample())
else if (readFileSync(FILE, 'utf8') !== envExample()) {
  console.error(`${FILE} differs from services/platform/settings.ts. Run npm run env:example.`)
  process.exitCode = 1
}
