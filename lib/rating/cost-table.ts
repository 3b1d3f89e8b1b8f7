import { normalizeModelName } from '../metering/model-name.ts'
import { RATE_KINDS, type RateKind } from './token-classes.ts'

/** Matches every provider, or every model. */
export const ANY = '*'

/** The dearest rate that is taken for one: 100,000 USD. */
export const MAX_RATE = 10n ** 13n

const HOUR_MS = 3_600_000
const PROVIDER = /^[A-Za-z0-9._-]{1,64}$/

/** What one kind of token of a model costs: 1e-8 USD per 1M tokens, or per request. */
export interface CostRate {
  /** LiteLLM's name of the provider, or `*`. */
  readonly provider: string
  /** LiteLLM's configured name in lower case, or `*`. */
  readonly model: string
  readonly kind: RateKind
  readonly rate: bigint
}

/** A version of what calls cost. It holds from a whole UTC hour until the next one. */
export interface CostTable {
  readonly version: number
  readonly effectiveFrom: Date
  readonly rates: readonly CostRate[]
}

export const rateKey = ({ provider, model, kind }: Omit<CostRate, 'rate'>): string =>
  JSON.stringify([provider, model, kind])

const isWholeHour = (instant: Date): boolean => instant.getTime() % HOUR_MS === 0

function rateFault({ provider, model, kind, rate }: CostRate): string | null {
  const where = `${provider}/${model}/${kind}`
  if (provider !== ANY && !PROVIDER.test(provider)) return `${where}: the provider is not a name.`
  if (model !== ANY && normalizeModelName(model) !== model) return `${where}: the model is not a name in lower case.`
  if (!RATE_KINDS.includes(kind)) return `${where}: there is no such kind of token.`
  if (rate < 0n || rate > MAX_RATE) return `${where}: the rate is not between 0 and 100,000 USD.`
  return null
}

/** What is wrong with a cost table, a sentence each; empty when it may become a draft. */
export function validateCostTable({ effectiveFrom, rates }: Omit<CostTable, 'version'>): string[] {
  const faults = rates.map(rateFault).filter((fault) => fault !== null)
  if (Number.isNaN(effectiveFrom.getTime()) || !isWholeHour(effectiveFrom)) {
    faults.push('A cost table must begin at a whole UTC hour.')
  }
  if (rates.length === 0) faults.push('A cost table needs at least one rate.')
  if (new Set(rates.map(rateKey)).size < rates.length) faults.push('A cost table has one rate for each kind at most.')
  return faults
}

/** The tables one after the other by the hour they begin. Of those that begin together the last version holds. */
export function timelineOf(tables: readonly CostTable[]): CostTable[] {
  const begins = new Map<number, CostTable>()
  for (const table of [...tables].sort((a, b) => a.version - b.version)) {
    begins.set(table.effectiveFrom.getTime(), table)
  }
  return [...begins.values()].sort((a, b) => a.effectiveFrom.getTime() - b.effectiveFrom.getTime())
}

/** The table that holds at an instant; null before the first one. */
export const tableAt = (timeline: readonly CostTable[], instant: Date): CostTable | null =>
  timeline.findLast(({ effectiveFrom }) => effectiveFrom <= instant) ?? null

/** When the price changes inside a span of time, in order. */
export const switchesIn = (timeline: readonly CostTable[], from: Date, to: Date): Date[] =>
  timeline.map(({ effectiveFrom }) => effectiveFrom).filter((instant) => instant > from && instant < to)

type ModelRates = Partial<Record<RateKind, bigint>>
export type RateFinder = (provider: string, model: string) => ModelRates

/** The rates of a model by kind. The one made for the model goes before the one made for the provider. */
export function rateFinder({ rates }: CostTable): RateFinder {
  const placed = new Map<string, ModelRates>()
  for (const { provider, model, kind, rate } of rates) {
    const place = placeKey(provider, model)
    placed.set(place, { ...placed.get(place), [kind]: rate })
  }
  const found = new Map<string, ModelRates>()
  return (provider, model) => {
    const key = placeKey(provider, model)
    const known = found.get(key)
    if (known) return known
    const places = [placeKey(ANY, ANY), placeKey(provider, ANY), placeKey(ANY, model), key]
    const merged = Object.assign({}, ...places.map((place) => placed.get(place))) as ModelRates
    found.set(key, merged)
    return merged
  }
}

const placeKey = (provider: string, model: string): string => JSON.stringify([provider, model])
