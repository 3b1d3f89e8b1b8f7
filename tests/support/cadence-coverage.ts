import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { projectRoot } from '#services/local/home.ts'

const reportSchema = z.object({
  coverage: z.record(z.string(), z.object({ line_hits: z.record(z.string(), z.number()) })),
})

/** How often each line of a contract ran, by its number. */
type Hits = Map<number, number>

/** Writes down what an emulator says of the contracts of an account. Accounts whose code a test altered don't count. */
export async function keepCoverage(adminUrl: string, folder: string, accounts: ReadonlySet<string>): Promise<void> {
  const response = await fetch(`${adminUrl}/emulator/codeCoverage`)
  const { coverage } = reportSchema.parse(await response.json())
  const own = Object.entries(coverage).filter(([location]) => accounts.has(`0x${location.split('.')[1] ?? ''}`))
  const lines = own.map(([location, { line_hits: hits }]) => {
    const name = location.split('.')[2] ?? ''
    return [name, name === 'BillingPeriod' ? withoutClock(hits) : hits]
  })
  writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify(lines))
}

/** The library plants the tests' clock by two lines above the first. */
const withoutClock = (hits: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(hits).map(([line, count]) => [Number(line) - 2, count]))

/** The coverage of all contracts over the chain tests of a run: a line for each, with the lines that never ran. */
export function coverageReport(folder: string): string {
  const sums = new Map<string, Hits>()
  for (const file of globSync('*.json', { cwd: folder })) addTo(sums, readFileSync(join(folder, file), 'utf8'))
  if (sums.size === 0) return ''
  const lines = [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, hits]) => lineFor(name, hits))
  return ['', 'Cadence coverage, over the chain tests of this run:', ...lines, ''].join('\n')
}

const keptSchema = z.array(z.tuple([z.string(), z.record(z.string(), z.number())]))

function addTo(sums: Map<string, Hits>, json: string): void {
  for (const [name, hits] of keptSchema.parse(JSON.parse(json))) {
    const sum: Hits = sums.get(name) ?? new Map()
    for (const [line, count] of Object.entries(hits)) sum.set(Number(line), (sum.get(Number(line)) ?? 0) + count)
    sums.set(name, sum)
  }
}

function lineFor(name: string, hits: Hits): string {
  const missed = [...hits].filter(([, count]) => count === 0).map(([line]) => line)
  const covered = (((hits.size - missed.length) * 100) / hits.size).toFixed(1)
  const left = missed.length === 0 ? '' : `  not run: ${runsOf(missed.toSorted((a, b) => a - b)).join(', ')}`
  const explained = missed.filter((line) => isExplained(name, line)).length
  const note = missed.length === 0 ? '' : ` (${explained} of ${missed.length} explained in cadence/README.md)`
  return `  ${name.padEnd(24)} ${covered.padStart(5)} % of ${hits.size} lines${left}${note}`
}

/** A line that can't run is named in the README by its text. */
function isExplained(name: string, line: number): boolean {
  const source = readFileSync(join(projectRoot, 'cadence/contracts', `${name}.cdc`), 'utf8')
  const code = source
    .split('\n')
    .at(line - 1)
    ?.trim()
  const readme = readFileSync(join(projectRoot, 'cadence/README.md'), 'utf8')
  return code !== undefined && code.length > 1 && readme.includes(`\`${code}\``)
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
