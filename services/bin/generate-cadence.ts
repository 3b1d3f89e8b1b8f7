// Writes lib/flow/cadence.generated.ts; with --check it fails when the committed file is not what would be written.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CadenceSource, writeCadenceModule } from '#lib/flow/cadence-module.ts'
import { projectRoot } from '#services/local/home.ts'

const name = 'lib/flow/cadence.generated.ts'
const file = join(projectRoot, name)

function sourcesIn(kind: string): CadenceSource[] {
  const folder = join(projectRoot, 'cadence', kind)
  return globSync('**/*.cdc', { cwd: folder })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ name: path.replace(/\.cdc$/, ''), code: readFileSync(join(folder, path), 'utf8') }))
}

const wanted = writeCadenceModule({
  contracts: sourcesIn('contracts'),
  transactions: sourcesIn('transactions'),
  scripts: sourcesIn('scripts'),
})
const present = existsSync(file) ? readFileSync(file, 'utf8') : ''

if (!process.argv.includes('--check')) {
  if (wanted !== present) writeFileSync(file, wanted)
  process.stdout.write(`${name} ${wanted === present ? 'is up to date' : 'was written'}\n`)
} else if (wanted !== present) {
  process.stderr.write(`${name} is not what cadence/ says. Run npm run generate and commit it.\n`)
  process.exitCode = 1
}
