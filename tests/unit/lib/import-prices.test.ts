import { expect, test } from 'vitest'
import { importPrices, type PricedModel } from '#lib/rating/import-prices.ts'

const priced = (more: Partial<PricedModel>): PricedModel => ({
  name: 'gpt-4o',
  provider: 'openai',
  prices: { input: '2.5e-06', output: '1e-05' },
  byLength: false,
  ...more,
})
const rates = (...models: PricedModel[]) =>
  importPrices(models).rates.map(({ provider, model, kind, rate }) => `${provider} ${model} ${kind} ${rate}`)

test('a price that a model lacks is the one of what it is a part of', () => {
  expect(rates(priced({ prices: { input: '2.5e-06', output: '1e-05', cached: '1.25e-06', request: '0.01' } }))).toEqual(
    [
      '* gpt-4o input 250000000',
      '* gpt-4o output 1000000000',
      '* gpt-4o cached 125000000',
      '* gpt-4o cache_write 250000000',
      '* gpt-4o reasoning 1000000000',
      '* gpt-4o request 1000000',
    ],
  )
})

test('a price of 0 is a price, and only what has none is left out', () => {
  expect(rates(priced({ name: 'Embed-Small', prices: { input: '2e-08' } }))).toEqual([
    '* embed-small input 2000000',
    '* embed-small cached 2000000',
    '* embed-small cache_write 2000000',
  ])
  expect(rates(priced({ prices: { input: '0', output: '0' } }))).toHaveLength(5)
})

test('deployments of one name that agree hold for every provider, others each for theirs', () => {
  const azure = priced({ provider: 'azure' })
  expect(rates(priced({}), azure)).toEqual(rates(priced({})))
  const dear = priced({ provider: 'azure', prices: { input: '3e-06' } })
  expect(rates(priced({ prices: { input: '2e-06' } }), dear).filter((rate) => rate.includes(' input '))).toEqual([
    'openai gpt-4o input 200000000',
    'azure gpt-4o input 300000000',
  ])
})

test('of several prices at one provider the dearest is taken, and it is said', () => {
  const { rates: held, notes } = importPrices([
    priced({ prices: { input: '1e-06', output: '9e-06' } }),
    priced({ prices: { input: '2e-06', output: '3e-06' } }),
  ])
  expect(held.slice(0, 2).map(({ rate }) => rate)).toEqual([200_000_000n, 900_000_000n])
  expect(notes).toEqual(['gpt-4o: openai has it at several prices; the dearest is taken.'])
})

test('what a table can’t hold is said', () => {
  const { notes } = importPrices([
    priced({ byLength: true }),
    priced({ name: 'openai/*' }),
    priced({ name: 'free', prices: {} }),
    priced({ name: 'odd', prices: { input: 'NaN' } }),
  ])
  expect(notes).toEqual([
    "openai/*: this can't be the name of a metered model.",
    'gpt-4o: prices of long prompts are not in the table.',
    'free: it has no price.',
    'odd: it has no price.',
  ])
})
