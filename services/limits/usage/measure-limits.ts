import { limitScopes } from '#lib/limits/judge-limit.ts'
import type { LimitWindow } from '#lib/limits/limit-window.ts'
import { shareOfPrice } from '#lib/limits/share-of-price.ts'
import { creditsOf, vaultOf } from '#lib/metering/payer.ts'
import { dayName } from '#lib/period/day-name.ts'
import type { Period } from '#lib/period/period.ts'
import type { Usage } from '#lib/pricing/price-usage.ts'
import type { Schedule } from '#lib/pricing/schedule.ts'
import type { TakenQuery, TakenSum } from '#services/credits/index.ts'
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
  /** What paid requests of credit accounts came to. */
  readonly sumTaken: (query: TakenQuery) => Promise<TakenSum[]>
}

const placeOf = ({ limit, window }: LimitInWindow): string => `${limit.id} ${window.key}`
const dayOf = (instant: Date | null): string | null => instant && dayName(instant)

/**
 * How much of each limit is used in its window, in its metric's unit and the order given: from the daily rollups.
 * Money is the part's share of each vault's bill by the schedule on chain, so that all parts together are the bill; of
 * credits it is what the requests took. What a key of a credit account used is read from its paid requests, which know
 * it at once: a limit refuses the next request by it.
 */
export async function measureLimits(
  db: Db,
  { deploymentId, keyHashes, scheduleOf, sumTaken }: Measures,
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
  const taken = await takenBy(sumTaken, places, keyHashes)
  return places.map((place) => {
    const paid = taken.get(placeOf(place))?.[place.limit.metric] ?? 0n
    return paid + measure(place, byPlace.get(placeOf(place)) ?? [], bills)
  })
}

/** What credits have to do with a limit that the rollups don't know. */
async function takenBy(
  sumTaken: Measures['sumTaken'],
  places: readonly LimitInWindow[],
  keyHashes: ReadonlyMap<string, string>,
): Promise<Map<string, TakenSum>> {
  const asked = places.filter(({ limit: { account, scope, metric, value } }) => {
    if (account !== null && creditsOf(account) === null) return false
    return scope === 'key' ? !keyHashes.has(value) : metric === 'usd'
  })
  const found = new Map<string, TakenSum>()
  for (const account of new Set(asked.map(({ limit }) => limit.account))) {
    for (const scope of limitScopes) {
      const chosen = asked.filter(({ limit }) => limit.account === account && limit.scope === scope)
      const wanted = chosen.map((place) => wantedAs(place, place.limit.value))
      const accountId = account === null ? null : creditsOf(account)
      for (const sum of await sumTaken({ accountId, scope, wanted })) found.set(sum.id, sum)
    }
  }
  return found
}

const wantedAs = (place: LimitInWindow, value: string): WantedUsage => {
  const { from, to } = place.window
  return { id: placeOf(place), value, from: dayOf(from), to: dayOf(to) }
}

function wantedOf(place: LimitInWindow, keyHashes: ReadonlyMap<string, string>): WantedUsage[] {
  const { limit } = place
  const value = limit.scope === 'key' ? keyHashes.get(limit.value) : limit.value
  return value === undefined ? [] : [wantedAs(place, value)]
}

const moneySums = (places: readonly LimitInWindow[], byPlace: ReadonlyMap<string, UsageSum[]>): UsageSum[] =>
  places
    .filter(({ limit }) => limit.metric === 'usd')
    .flatMap((place) => byPlace.get(placeOf(place)) ?? [])
    .filter(({ account }) => vaultOf(account) !== null)

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

/** The whole usage of each vault and period that money is measured in, with its prices. */
async function billsOf(
  db: Db,
  { deploymentId, scheduleOf }: Pick<Measures, 'deploymentId' | 'scheduleOf'>,
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
