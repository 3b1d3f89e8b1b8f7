import type { Plain } from '#lib/flow/json-cadence.ts'
import { parseFlow } from '#lib/money/decimal.ts'
import { previousPeriod } from '#lib/period/period.ts'
import { type AddressOf, expectedApprovals, expectedMeter, expectedReport, inFlow } from './expected-report.ts'
import type { FastChain } from './fast-chain.ts'
import { PARTIES, type Party } from './actions.ts'
import { readTestCadence } from './test-cadence.ts'
import type { VaultModel } from './vault-model.ts'
import type { WorldModel } from './world-model.ts'

type Fields = Readonly<Record<string, Plain>>

/** What `look_at_vaults` answers. */
interface Look {
  readonly now: string
  readonly reports: readonly Fields[]
  readonly approvals: ReadonlyArray<Fields | null>
  readonly meters: ReadonlyArray<ReadonlyArray<Fields | null>>
  readonly held: readonly string[]
  readonly inVaults: string
  readonly supply: string
}

export interface Watched {
  readonly chain: FastChain
  readonly signers: Readonly<Record<Party, { readonly address: string }>>
}

export async function look({ chain, signers }: Watched, ids: readonly bigint[], periods: readonly number[]) {
  const accounts = PARTIES.map((name) => signers[name].address)
  const code = readTestCadence('look_at_vaults')
  // Its shape is the script's own, a few lines of Cadence beside this file's reader.
  return (await chain.script(code, { ids, periods, accounts })) as Plain & Look
}

/** What breaks a rule of the money, or differs from the model; null when all is well. */
export async function faultOf(watched: Watched, world: WorldModel): Promise<string | null> {
  const gone = [world.all.findLast(({ closed }) => closed), world.all.findLast(({ archived }) => archived)]
  const models = [...new Set([...world.open, ...gone.filter((model) => model !== undefined)])]
  const periods = [world.period, previousPeriod(world.period)].filter((period) => world.takesReadings(period))
  const ids = models.map(({ id }) => id)
  const seen = await look(watched, ids, periods)
  const addressOf: AddressOf = (party) => watched.signers[party].address
  for (const [i, model] of models.entries()) {
    const report = seen.reports[i] ?? {}
    const meters = seen.meters[i] ?? []
    const fault =
      brokenRule(report) ??
      difference(report, expectedReport(model, world.now, addressOf)) ??
      approvalsFault(seen.approvals[i] ?? null, model, world, addressOf) ??
      firstOf(periods, (period, at) => meterFault(meters[at] ?? null, model, period))
    if (fault !== null) return `vault ${model.id}: ${fault}`
  }
  return flowFault(seen, world)
}

/** The rules that need no model. */
function brokenRule(report: Fields): string | null {
  const of = (name: string): bigint => parseFlow(String(report[name]))
  if (of('deposits') !== of('balance') + of('paid') + of('refunded')) {
    return 'deposits are not balance + paid + refunded'
  }
  if (of('accrued') > of('balance')) return 'more accrued than there is'
  if (of('uncovered') > 0n && of('accrued') !== of('balance')) return 'debt beside FLOW that is not owed'
  return null
}

/** Not a unit of 1e-8 appeared, went, or came to somebody whom the rules don't give it to. */
function flowFault({ held, inVaults, supply, now }: Look, world: WorldModel): string | null {
  if (now !== `${world.now}`) return `it is ${now}, not ${world.now}`
  const expected = inFlow(world.all.reduce((sum, { balance }) => sum + balance, 0n))
  if (inVaults !== expected) return `all vaults hold ${inVaults}, not ${expected}`
  world.supply ??= supply
  if (supply !== world.supply) return `there are ${supply} FLOW, not ${world.supply}`
  return firstOf(PARTIES, (party, i) => {
    const has = inFlow(world.flow.get(party) ?? 0n)
    return held[i] === has ? null : `${party} has ${held[i]} FLOW, not ${has}`
  })
}

function approvalsFault(
  seen: Fields | null,
  { approvals }: VaultModel,
  { now }: WorldModel,
  addressOf: AddressOf,
): string | null {
  if (seen === null || approvals === null) return (seen === null) === (approvals === null) ? null : 'needs approvals?'
  const proposals = (seen['proposals'] as Fields[]).toSorted((a, b) => Number(a['id']) - Number(b['id']))
  return difference({ ...seen, proposals }, expectedApprovals(approvals, now, addressOf))
}

function meterFault(seen: Fields | null, { usage, archived }: VaultModel, period: number): string | null {
  const model = archived ? null : (usage.meters.get(period) ?? null)
  if (seen === null || model === null) return (seen === null) === (model === null) ? null : `a meter of ${period}?`
  const counts = Object.entries(seen['counts'] as Record<string, Fields>)
  const tokens = Object.fromEntries(counts.map(([name, count]) => [name, count['tokens']]))
  const fault = difference({ ...seen, tokens }, expectedMeter(model))
  return fault && `in ${period} ${fault}`
}

function difference(seen: Fields, expected: Fields): string | null {
  return firstOf(Object.entries(expected), ([name, value]) =>
    text(seen[name]) === text(value) ? null : `${name} is ${text(seen[name])}, not ${text(value)}`,
  )
}

function firstOf<T>(items: readonly T[], fault: (item: T, index: number) => string | null): string | null {
  for (const [i, item] of items.entries()) {
    const found = fault(item, i)
    if (found !== null) return found
  }
  return null
}

const text = (value: Plain): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  ) ?? 'nothing'
