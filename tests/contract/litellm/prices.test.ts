import { expect, test } from 'vitest'
import { importPrices } from '#lib/rating/import-prices.ts'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import { useLitellm } from '../../support/stack.ts'

test("LiteLLM's own prices become rates, to the last digit", async () => {
  const models = await createLitellmClient(await useLitellm()).modelPrices()
  const { rates, notes } = importPrices(models)
  const rateOf = (name: string, of: string) => rates.find(({ model, kind }) => model === name && kind === of)?.rate
  expect(rateOf('gpt-4', 'input')).toBe(3_000_000_000n)
  expect(rateOf('gpt-4', 'output')).toBe(6_000_000_000n)
  expect(rateOf('claude-3-5-haiku', 'input')).toBe(80_000_000n)
  expect(rateOf('llama-3-70b', 'output')).toBe(79_000_000n)
  expect(rateOf('text-embedding-3-small', 'input')).toBe(2_000_000n)
  expect(rateOf('gpt-4o', 'cached')).toBeGreaterThan(0n)
  expect(notes.filter((note) => note.includes('no price'))).toEqual([])
})
