import { limitScopes } from '#lib/limits/judge-limit.ts'
import type { LimitWindow } from '#lib/limits/limit-window.ts'
import { shareOfPrice } from '#lib/limits/share-of-price.ts'
import type { Period } from '#lib/period/period.ts'
import type { Usage } from '#lib/pricing/price-usage.ts'
import type { Schedule } from '#lib/pricing/schedule.ts'
import type { Db } from '#services/platform/db/client.ts'
import type { LimitRow } from '../store.ts'
import { type AccountPeriod, sumAccounts, sumUsage, type UsageSum, type WantedUsage } from './store.ts'

/** A limit in one of its windows. */
export interface LimitInWindow {
  readonly limit: LimitRow
  readonly window: LimitWindow
}

/** What the measuring needs to know from elsewhere. */
export interface Measures {
  readonly deploymentId: string
  /** Hash by the id of each key that was ever made. */
  readonly keyHashes: ReadonlyMap<string, string>
  /** The schedule of a billing period. */
  readonly scheduleOf: (period: Period) => Promise<Schedule>
}

const placeOf = ({ limit, window }: LimitInWindow): string => `${limit.id} ${window.key}`
const dayOf = (instant: Date | null): string | null => instant?.toISOString().slice(0, 10) ?? null

/**
 * How much of each limit is used in its window, in its metric's unit and the order given: from the daily rollups alone.
 * Money is the part's share of each account's bill by the schedule on chain, so that all parts together are the bill.
 */
export async function measureLimits(
  db: Db,
  { deploymentId, keyHashes, scheduleOf }: Measures,
  places: readonly LimitInWindow[],
): Promise<bigint[]> {
  const sums: UsageSum[] = []
  const accounts = new Set(places.map(({ limit }) => limit.account))
  for (const account of accounts) {
    for (const scope of limitScopes) {
      const chosen = places.filter(({ limit }) => limit.account === account && limit.scope === scope)
      const wanted = chosen.flatMap((place) => wantedOf(place, keyHashes))
      sums.push(...(await sumUsage(db, deploymentId, scope, wanted, account)))
    }
  }
  const byPlace = Map.groupBy(sums, ({ id }) => id)
  const bills = await billsOf(db, { deploymentId, scheduleOf }, moneySums(places, byPlace))
  return places.map((place) => measure(place, byPlace.get(placeOf(place)) ?? [], bills))
}

function wantedOf(place: LimitInWindow, keyHashes: ReadonlyMap<string, string>): WantedUsage[] {
  const { limit, window } = place
  const value = limit.scope === 'key' ? keyHashes.get(limit.value) : limit.value
  if (value === undefined) return []
  return [{ id: placeOf(place), value, from: dayOf(window.from), to: dayOf(window.to) }]
}

const moneySums = (places: readonly LimitInWindow[], byPlace: ReadonlyMap<string, UsageSum[]>): UsageSum[] =>
  places.filter(({ limit }) => limit.metric === 'usd').flatMap((place) => byPlace.get(placeOf(place)) ?? [])

interface Bill {
  readonly schedule: Schedule
  readonly usage: Usage
}

const billKey = ({ account, period }: AccountPeriod): string => `${account} ${period}`

const usageOf = (sums: readonly UsageSum[]): Usage => {
  const usage = new Map<string, bigint>()
  for (const { model, tokens } of sums) usage.set(model, (usage.get(model) ?? 0n) + tokens)
  return usage
}

/** The whole usage of each account and period that money is measured in, with its prices. */
async function billsOf(
  db: Db,
  { deploymentId, scheduleOf }: Omit<Measures, 'keyHashes'>,
  sums: readonly UsageSum[],
): Promise<Map<string, Bill>> {
  const wanted = [...new Map(sums.map(({ account, period }) => [billKey({ account, period }), { account, period }]))]
  const all = await sumAccounts(
    db,
    deploymentId,
    wanted.map(([, each]) => each),
  )
  const byBill = Map.groupBy(all, billKey)
  const bills = new Map<string, Bill>()
  for (const [key, { period }] of wanted) {
    bills.set(key, { schedule: await scheduleOf(period), usage: usageOf(byBill.get(key) ?? []) })
  }
  return bills
}

function measure({ limit }: LimitInWindow, sums: readonly UsageSum[], bills: ReadonlyMap<string, Bill>): bigint {
  if (limit.metric === 'tokens') return sums.reduce((all, { tokens }) => all + tokens, 0n)
  if (limit.metric === 'requests') return sums.reduce((all, { answered }) => all + answered, 0n)
  let used = 0n
  for (const [key, part] of Map.groupBy(sums, billKey)) {
    const bill = bills.get(key)
    if (bill) used += shareOfPrice(bill.schedule, bill.usage, usageOf(part))
  }
  return used
}
