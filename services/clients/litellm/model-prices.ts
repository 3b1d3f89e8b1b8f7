import type { PricedModel } from '#lib/rating/import-prices.ts'
import type { Send } from './request.ts'
import { modelInfoSchema } from './schemas.ts'

/** Names of LiteLLM's prices in USD: per token, and per request. */
const PRICES = {
  input: 'input_cost_per_token',
  output: 'output_cost_per_token',
  cached: 'cache_read_input_token_cost',
  cache_write: 'cache_creation_input_token_cost',
  reasoning: 'output_cost_per_reasoning_token',
  request: 'input_cost_per_request',
} as const

/** Prices that depend on the length of the prompt. */
const BY_LENGTH = /^(input|output|cache).*_above_\d+k?_tokens$/

/** What LiteLLM takes each of its models to cost, as the numbers it writes. */
export async function modelPrices(send: Send): Promise<PricedModel[]> {
  const { data } = await send({ method: 'GET', path: '/model/info', schema: modelInfoSchema })
  return data.map(({ model_name: name, litellm_params: { model }, model_info: info }) => {
    const told = Object.entries(PRICES).flatMap(([kind, field]) => {
      const price = priceText(info[field])
      return price === null ? [] : [[kind, price]]
    })
    return {
      name,
      provider: model?.includes('/') ? (model.split('/')[0] ?? null) : null,
      prices: Object.fromEntries(told) as PricedModel['prices'],
      byLength: Object.keys(info).some((field) => BY_LENGTH.test(field) && priceText(info[field]) !== null),
    }
  })
}

/** JSON's own decimal text of a number, which is the shortest that means it. */
const priceText = (value: unknown): string | null =>
  typeof value === 'number' || typeof value === 'string' ? String(value) : null
