import { normalizeModelName } from '../metering/model-name.ts'
import { ANY, type CostRate } from './cost-table.ts'
import { rateFromPrice } from './rate-from-price.ts'
import { RATE_KINDS, type RateKind } from './token-classes.ts'

/** A model's prices as another system tells them, in USD per token or per request, as decimal texts. */
export interface PricedModel {
  readonly name: string
  readonly provider: string | null
  readonly prices: Partial<Record<RateKind, string>>
  /** It has further prices for long prompts, which a cost table can't hold. */
  readonly byLength: boolean
}

export interface ImportedPrices {
  readonly rates: readonly CostRate[]
  /** What of the prices is not in the rates, a sentence each. */
  readonly notes: readonly string[]
}

type Rates = Partial<Record<RateKind, bigint>>

/** Which price holds where a model has none of a kind, as LiteLLM itself takes it. */
const INSTEAD: Partial<Record<RateKind, RateKind>> = { cached: 'input', cache_write: 'input', reasoning: 'output' }

function ratesOf(prices: PricedModel['prices']): Rates {
  const rates: Rates = {}
  for (const kind of RATE_KINDS) {
    const price = prices[kind] ?? prices[INSTEAD[kind] ?? kind]
    const rate = price === undefined ? null : rateFromPrice(price, kind === 'request' ? 'request' : 'token')
    if (rate !== null) rates[kind] = rate
  }
  return rates
}

const same = (a: Rates, b: Rates): boolean => RATE_KINDS.every((kind) => a[kind] === b[kind])

function dearest(a: Rates, b: Rates): Rates {
  const rates = { ...a }
  for (const kind of RATE_KINDS) {
    const [x, y] = [a[kind], b[kind]]
    if (y !== undefined && (x === undefined || y > x)) rates[kind] = y
  }
  return rates
}

/** The rates of the deployments that share a model's name: for every provider if they agree, else for each. */
function ratesOfModel(model: string, deployments: readonly PricedModel[]): ImportedPrices {
  const notes: string[] = []
  const byProvider = new Map<string, Rates>()
  for (const { provider, prices } of deployments) {
    const rates = ratesOf(prices)
    const key = provider ?? ANY
    const known = byProvider.get(key)
    if (known && !same(known, rates)) notes.push(`${model}: ${key} has it at several prices; the dearest is taken.`)
    byProvider.set(key, known ? dearest(known, rates) : rates)
  }
  if (deployments.some(({ byLength }) => byLength)) notes.push(`${model}: prices of long prompts are not in the table.`)
  const all = [...byProvider]
  const [first] = all
  const agreed = first && all.every(([, rates]) => same(rates, first[1])) ? [[ANY, first[1]] as const] : all
  const rates = agreed.flatMap(([provider, held]) =>
    RATE_KINDS.flatMap((kind) => (held[kind] === undefined ? [] : [{ provider, model, kind, rate: held[kind] }])),
  )
  if (rates.length === 0) notes.push(`${model}: it has no price.`)
  return { rates, notes }
}

/** A cost table's rates from another system's prices. Nothing is left out without a note. */
export function importPrices(models: readonly PricedModel[]): ImportedPrices {
  const byModel = new Map<string, PricedModel[]>()
  const notes: string[] = []
  for (const priced of models) {
    const model = normalizeModelName(priced.name)
    if (model) byModel.set(model, [...(byModel.get(model) ?? []), priced])
    else notes.push(`${priced.name}: this can't be the name of a metered model.`)
  }
  const imported = [...byModel].map(([model, deployments]) => ratesOfModel(model, deployments))
  return {
    rates: imported.flatMap(({ rates }) => rates),
    notes: [...notes, ...imported.flatMap((each) => each.notes)],
  }
}
