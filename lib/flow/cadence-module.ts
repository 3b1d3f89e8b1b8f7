import { parseParameters } from './cadence-signature.ts'

/** A Cadence file: its path under its folder without the extension, `owner/deposit`, and its text. */
export interface CadenceSource {
  readonly name: string
  readonly code: string
}

export interface CadenceSources {
  readonly contracts: readonly CadenceSource[]
  readonly transactions: readonly CadenceSource[]
  readonly scripts: readonly CadenceSource[]
}

/** The TypeScript module with every transaction's and script's code and parameters, and the order of the contracts. */
export function writeCadenceModule({ contracts, transactions, scripts }: CadenceSources): string {
  return [
    '// Generated from cadence/ by `npm run generate`. Do not edit.',
    ...[...transactions, ...scripts].map(writeConstant),
    writeMap('transactions', transactions),
    writeMap('scripts', scripts),
    `export const contracts: readonly string[] = [\n${inOrder(contracts)
      .map((name) => `  '${name}',\n`)
      .join('')}]\n`,
  ].join('\n\n')
}

function writeConstant({ name, code }: CadenceSource): string {
  const parameters = parseParameters(code).map((each) => `    { name: '${each.name}', type: '${each.type}' },`)
  const list = parameters.length === 0 ? '[]' : `[\n${parameters.join('\n')}\n  ]`
  return `export const ${constantName(name)} = {\n  code: ${templateLiteral(code)},\n  parameters: ${list},\n} as const`
}

function writeMap(kind: string, sources: readonly CadenceSource[]): string {
  const lines = sources.map(({ name }) => `  '${name}': ${constantName(name)},`)
  return `export const ${kind} = {\n${lines.join('\n')}\n} as const`
}

/** The contracts' names, each after those it imports. */
function inOrder(contracts: readonly CadenceSource[]): string[] {
  const ordered: string[] = []
  const visit = ({ name, code }: CadenceSource, path: readonly string[]): void => {
    if (path.includes(name)) throw new Error(`Contracts import each other in a circle: ${[...path, name].join(' → ')}`)
    const imported = [...code.matchAll(/^import "(\w+)"/gm)].map((match) => match[1])
    for (const contract of contracts) if (imported.includes(contract.name)) visit(contract, [...path, name])
    if (!ordered.includes(name)) ordered.push(name)
  }
  for (const contract of contracts) visit(contract, [])
  return ordered
}

/** `owner/create_subscription` → `ownerCreateSubscription` */
const constantName = (name: string): string =>
  name.replaceAll(/[/_-](\w)/g, (_match, first: string) => first.toUpperCase())

const templateLiteral = (code: string): string => `\`${code.replaceAll(/[\\`]|\$\{/g, (sign) => `\\${sign}`)}\``
