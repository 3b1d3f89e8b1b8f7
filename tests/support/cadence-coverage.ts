import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { projectContracts } from '#lib/flow/addresses.ts'
import { projectRoot } from '#services/local/home.ts'
import { codeAt, type Explanations, readExplanations, staleExplanations } from './cadence-explanations.ts'
import { type Sentence, sentencesOf } from './cadence-sentences.ts'

const reportSchema = z.object({
  coverage: z.record(z.string(), z.object({ line_hits: z.record(z.string(), z.number()) })),
})

/** How often each line of a contract ran, by its number. */
type Hits = Map<number, number>

/** What is known of one contract after a run. */
interface Covered {
  readonly name: string
  readonly source: string
  readonly hits: Hits
  /** Lines that never ran, and sentences that nobody was refused with. */
  readonly missedLines: readonly number[]
  readonly unsaid: readonly Sentence[]
  readonly sentences: number
}

/**
 * Writes down what an emulator says of the contracts of these accounts, and with what they refused.
 */
export async function keepCoverage(
  adminUrl: string,
  folder: string,
  accounts: ReadonlySet<string>,
  refusals: ReadonlySet<string>,
): Promise<void> {
  const response = await fetch(`${adminUrl}/emulator/codeCoverage`)
  const { coverage } = reportSchema.parse(await response.json())
  const contracts = new Set<string>(projectContracts('emulator'))
  const own = Object.entries(coverage).filter(([location]) => {
    const [, address = '', name = ''] = location.split('.')
    return accounts.has(`0x${address}`) && contracts.has(name)
  })
  const lines = own.map(([location, { line_hits: hits }]) => {
    const name = location.split('.')[2] ?? ''
    return [name, name === 'BillingPeriod' ? withoutClock(hits) : hits]
  })
  writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify({ lines, refusals: [...refusals] }))
}

/** The library plants the tests' clock by two lines above the first. */
const withoutClock = (hits: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(hits).map(([line, count]) => [Number(line) - 2, count]))

/** The coverage of all contracts over the chain tests of a run: a line for each, with what never ran. */
export function coverageReport(folder: string): string {
  const contracts = coveredIn(folder)
  if (contracts.length === 0) return ''
  const explanations = readExplanations()
  const lines = contracts.flatMap((contract) => linesFor(contract, explanations))
  return ['', 'Cadence coverage, over the chain tests of this run:', ...lines, ''].join('\n')
}

/**
 * What is neither covered nor explained in cadence/README.md, and what is explained there though it is covered or
 * gone. Of a run of all chain tests it must be nothing.
 */
export function coverageFaults(folder: string): string[] {
  const explanations = readExplanations()
  const contracts = coveredIn(folder)
  const open = contracts.flatMap((contract) =>
    missedIn(contract)
      .filter((line) => !isExplained(contract, line, explanations))
      .map((line) => `${contract.name}:${line} is neither covered nor explained: ${codeAt(contract.source, line)}`),
  )
  const missed = (name: string) => {
    const contract = contracts.find((each) => each.name === name)
    return contract ? missedIn(contract).map((line) => codeAt(contract.source, line)) : []
  }
  return [...open, ...staleExplanations(explanations, missed)]
}

const missedIn = ({ missedLines, unsaid }: Covered): number[] =>
  [...new Set([...missedLines, ...unsaid.map(({ line }) => line)])].toSorted((a, b) => a - b)

const isExplained = ({ name, source }: Covered, line: number, explanations: Explanations): boolean =>
  explanations.get(name)?.has(codeAt(source, line)) ?? false

const keptSchema = z.object({
  lines: z.array(z.tuple([z.string(), z.record(z.string(), z.number())])),
  refusals: z.array(z.string()),
})

function coveredIn(folder: string): Covered[] {
  const sums = new Map<string, Hits>()
  const refusals = new Set<string>()
  for (const file of globSync('*.json', { cwd: folder })) {
    const kept = keptSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')))
    for (const [name, hits] of kept.lines) addTo(sums, name, hits)
    for (const refusal of kept.refusals) refusals.add(refusal)
  }
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, hits]) => coveredOf(name, hits, refusals))
}

function addTo(sums: Map<string, Hits>, name: string, hits: Readonly<Record<string, number>>): void {
  const sum: Hits = sums.get(name) ?? new Map()
  for (const [line, count] of Object.entries(hits)) sum.set(Number(line), (sum.get(Number(line)) ?? 0) + count)
  sums.set(name, sum)
}

function coveredOf(name: string, hits: Hits, refusals: ReadonlySet<string>): Covered {
  const source = readFileSync(join(projectRoot, 'cadence/contracts', `${name}.cdc`), 'utf8')
  const missedLines = [...hits].filter(([, count]) => count === 0).map(([line]) => line)
  const sentences = sentencesOf(name, source)
  const unsaid = sentences.filter(({ pattern }) => ![...refusals].some((refusal) => pattern.test(refusal)))
  return { name, source, hits, missedLines, unsaid, sentences: sentences.length }
}

function linesFor(contract: Covered, explanations: Explanations): string[] {
  const { name, hits, missedLines, unsaid, sentences } = contract
  const covered = (((hits.size - missedLines.length) * 100) / hits.size).toFixed(1)
  const said = sentences === 0 ? '' : `, ${sentences - unsaid.length} of ${sentences} refusals`
  const missed = missedIn(contract)
  const explained = missed.filter((line) => isExplained(contract, line, explanations)).length
  const note = ` (${explained} of ${missed.length} lines explained in cadence/README.md)`
  const left = missed.length === 0 ? '' : `; not covered: ${runsOf(missed).join(', ')}${note}`
  return [`  ${name.padEnd(24)} ${covered.padStart(5)} % of ${hits.size} lines${said}${left}`]
}

/** 3, 4, 5, 9 → 3–5, 9 */
function runsOf(lines: readonly number[]): string[] {
  const runs: Array<[number, number]> = []
  for (const line of lines) {
    const last = runs.at(-1)
    if (last && last[1] + 1 === line) last[1] = line
    else runs.push([line, line])
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`))
}
