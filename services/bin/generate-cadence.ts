// Writes lib/flow/cadence.generated.ts; with --check it fails when the committed file is not what would be written.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GENERATED_FILE, generateCadence } from '#services/chain/generate-cadence.ts'
import { projectRoot } from '#services/local/home.ts'

const file = join(projectRoot, GENERATED_FILE)
const wanted = generateCadence(projectRoot)
const present = existsSync(file) ? readFileSync(file, 'utf8') : ''

if (!process.argv.includes('--check')) {
  if (wanted !== present) writeFileSync(file, wanted)
  process.stdout.write(`${GENERATED_FILE} ${wanted === present ? 'is up to date' : 'was written'}\n`)
} else if (wanted !== present) {
  process.stderr.write(`${GENERATED_FILE} is not what cadence/ says. Run npm run generate:cadence and commit it.\n`)
  process.exitCode = 1
}
