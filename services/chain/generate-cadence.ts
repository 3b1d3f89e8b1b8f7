import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseParameters } from '#lib/flow/cadence-signature.ts'

/** Where the generated module belongs, from the project's root. */
export const GENERATED_FILE = 'lib/flow/cadence.generated.ts'

interface Source {
  /** Path under its folder without the extension: `owner/deposit`, `get_vault`. */
  readonly name: string
  readonly code: string
}

/** The TypeScript module with the code and parameters of every transaction and script under `cadence/`, and the contracts' order. */
export function generateCadence(projectRoot: string): string {
  const transactions = readSources(join(projectRoot, 'cadence/transactions'))
  const scripts = readSources(join(projectRoot, 'cadence/scripts'))
  return [
    '// Generated from cadence/ by `npm run generate:cadence`. Do not edit.',
    ...[...transactions, ...scripts].map(writeConstant),
    writeMap('transactions', transactions),
    writeMap('scripts', scripts),
    writeContracts(readSources(join(projectRoot, 'cadence/contracts'))),
  ]
    .join('\n\n')
    .concat('\n')
}

function readSources(folder: string): Source[] {
  const files = globSync('**/*.cdc', { cwd: folder }).sort()
  return files.map((file) => ({
    name: file.replaceAll('\\', '/').replace(/\.cdc$/, ''),
    code: readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n'),
  }))
}

function writeConstant({ name, code }: Source): string {
  const parameters = parseParameters(code).map((each) => `    { name: '${each.name}', type: '${each.type}' },`)
  const list = parameters.length === 0 ? '[]' : `[\n${parameters.join('\n')}\n  ]`
  return `export const ${constantName(name)} = {\n  code: ${templateLiteral(code)},\n  parameters: ${list},\n} as const`
}

function writeMap(kind: string, sources: readonly Source[]): string {
  const lines = sources.map(({ name }) => `  '${name}': ${constantName(name)},`)
  return `export const ${kind} = {\n${lines.join('\n')}\n} as const`
}

/** The contracts' names, each after those it imports. */
function writeContracts(sources: readonly Source[]): string {
  const ordered: string[] = []
  const visit = ({ name, code }: Source, path: readonly string[]): void => {
    if (path.includes(name)) throw new Error(`Contracts import each other in a circle: ${[...path, name].join(' → ')}`)
    const imported = [...code.matchAll(/^import "(\w+)"/gm)].map((match) => match[1])
    for (const source of sources) if (imported.includes(source.name)) visit(source, [...path, name])
    if (!ordered.includes(name)) ordered.push(name)
  }
  for (const source of sources) visit(source, [])
  return `export const contracts: readonly string[] = [\n${ordered.map((name) => `  '${name}',\n`).join('')}]`
}

/** `owner/create_subscription` → `ownerCreateSubscription` */
const constantName = (name: string): string => name.replaceAll(/[/_-](\w)/g, (_match, first: string) => first.toUpperCase())

const templateLiteral = (code: string): string => `\`${code.replaceAll(/[\\`]|\$\{/g, (sign) => `\\${sign}`)}\``
