import { sql } from 'drizzle-orm'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { priceUsage } from '#lib/pricing/price-usage.ts'
import { DEFAULT_SCHEDULE } from '#lib/pricing/schedule.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { apiKeys, keyBlocks, vaultHolds } from '#services/platform/db/schema/index.ts'
import { type HeldWorld, type Holder, openHeldWorld } from '#tests/support/held-world.ts'
import { newCustomer } from '#tests/support/llm-calls.ts'
import { failingModel } from '#tests/support/metered-litellm.ts'

let world: HeldWorld
let ctx: ServiceContext
let newVault: HeldWorld['newVault']
let holdsOf: HeldWorld['holdsOf']
let eventsOf: HeldWorld['eventsOf']
let untilNoneIsHeld: HeldWorld['untilNoneIsHeld']

beforeAll(async () => {
  world = await openHeldWorld()
  ;({ ctx, newVault, holdsOf, eventsOf, untilNoneIsHeld } = world)
})
afterAll(() => world?.[Symbol.asyncDispose]())

const answersOf = async (holder: Holder) => (await eventsOf(holder)).filter(({ status }) => status === 'success')

async function priceOf(holder: Holder): Promise<bigint> {
  const tokens = (await eventsOf(holder)).reduce((sum, { billableTokens }) => sum + billableTokens, 0n)
  return priceUsage(DEFAULT_SCHEDULE, new Map([['gpt-4', tokens]])).usd
}

interface Refusal {
  error: { message: string; code: string; provider_specific_fields: Record<string, unknown> }
}

describe('a key that is used directly at LiteLLM', () => {
  test('has its call held for before it is sent, until its event is stored', async () => {
    const holder = await newVault(1_000_000_000n)
    const response = await holder.customer.chat({ max_tokens: 50 })
    expect(response.status).toBe(200)
    await untilNoneIsHeld(holder)
    const [hold] = await holdsOf(holder)
    const [event] = await eventsOf(holder)
    expect(hold).toMatchObject({ id: event?.id, state: 'posted', model: 'gpt-4', keyHash: holder.customer.hash })
    const sent = { messages: [{ role: 'user', content: 'How are you' }], model: 'gpt-4', max_tokens: 50 }
    // 1,000 tokens are what a provider may add to a prompt.
    expect(hold?.tokens).toBe(BigInt(JSON.stringify(sent).length + 1_000 + 50))
    expect(hold?.tokens).toBeGreaterThanOrEqual(event?.billableTokens ?? 0n)
  })

  test('200 clients of the official client at once: nothing is overspent, and with retries all that can be paid is', async () => {
    const holder = await newVault(12_000_000n)
    const client = new OpenAI({ apiKey: holder.customer.secret, baseURL: `${world.proxy.url}/v1`, maxRetries: 0 })
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async (): Promise<number> => {
        const messages = [{ role: 'user' as const, content: 'How are you' }]
        return client.chat.completions.create({ model: 'gpt-4', max_tokens: 60, messages }).then(
          () => 200,
          (error: unknown) => (error instanceof OpenAI.APIError ? (error.status ?? 0) : 0),
        )
      }),
    )
    // A proxy that is busy with 200 calls may not hear the answer of the hold service in time, and then sends nothing.
    expect([...new Set(statuses)].filter((status) => ![200, 402, 429, 503].includes(status))).toEqual([])
    expect(statuses).toContain(200)
    expect(statuses).toContain(429)
    await untilNoneIsHeld(holder)
    const served = statuses.filter((status) => status === 200).length
    expect(await answersOf(holder)).toHaveLength(served)
    const [hold] = await holdsOf(holder)
    const left = 12_000_000n - (await priceOf(holder))
    expect(left).toBeGreaterThanOrEqual(0n)
    // One after another the rest is used as far as a hold fits. Whoever is told to try again does.
    let more = 0
    for (let status = 0; status !== 402;) {
      status = (await holder.customer.chat({ max_tokens: 60 })).status
      expect([200, 402, 429, 503]).toContain(status)
      if (status === 200) more += 1
      await untilNoneIsHeld(holder)
    }
    const rest = 12_000_000n - (await priceOf(holder))
    expect(rest).toBeGreaterThanOrEqual(0n)
    expect(rest).toBeLessThan(hold?.amount ?? 0n)
    expect(await answersOf(holder)).toHaveLength(served + more)
  }, 240_000)

  test('is told in OpenAI’s shape why, and when to try again', async () => {
    const poor = await newVault(1_000n)
    const refused = await poor.customer.chat()
    expect(refused.status).toBe(402)
    const { error } = (await refused.json()) as Refusal
    expect(error).toMatchObject({
      message: expect.stringContaining('Deposit FLOW') as string,
      provider_specific_fields: { code: 'insufficient_vault', affordable_usd: '0.00001000' },
    })
    const busy = await newVault(20_000_000n)
    const open = { id: `open-${busy.vaultId}`, deploymentId: ctx.deploymentId, vaultId: busy.vaultId, tokens: 0n }
    const rest = { keyHash: busy.customer.hash, amount: 19_999_000n, facts: {}, state: 'held' as const }
    const times = { createdAt: new Date(), expiresAt: new Date(Date.now() + 60_000) }
    await ctx.db.insert(vaultHolds).values({ ...open, ...rest, ...times })
    const held = await busy.customer.chat()
    expect([held.status, held.headers.get('retry-after')]).toEqual([429, '1'])
    expect(await eventsOf(poor)).toEqual([])
  })

  test('that is blocked is refused with the reason, before LiteLLM has heard of the block', async () => {
    const holder = await newVault(1_000_000_000n)
    const [key] = await ctx.db
      .select()
      .from(apiKeys)
      .where(sql`key_hash = ${holder.customer.hash}`)
    await ctx.db.insert(keyBlocks).values({ keyId: key?.id ?? '', reason: 'paused', since: new Date() })
    const refused = await holder.customer.chat()
    expect(refused.status).toBe(403)
    expect(((await refused.json()) as Refusal).error.message).toContain('The subscription is paused')
  })

  test('gives back what a failed call and a refused one held', async () => {
    const holder = await newVault(1_000_000_000n)
    expect((await holder.customer.chat({ model: failingModel })).status).toBe(500)
    await untilNoneIsHeld(holder)
    expect((await holdsOf(holder)).map(({ state }) => state)).toEqual(['posted'])
    expect(await priceOf(holder)).toBe(0n)
  })

  test('is not served while nobody says whether it can pay, and leaves no hold behind', async () => {
    const holder = await newVault(1_000_000_000n)
    world.oracle.shut()
    const refused = await holder.customer.chat()
    world.oracle.open()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect((await holder.customer.chat()).status).toBe(200)
    await untilNoneIsHeld(holder)
  })

  test('of nobody here is served as ever', async () => {
    const stranger = await newCustomer(world.proxy.url, world.proxy.client)
    expect((await stranger.chat()).status).toBe(200)
  })
})

describe('the same key at the gateway', () => {
  test('is held for once: LiteLLM keeps the gateway’s id, and its event ends the gateway’s hold', async () => {
    const holder = await newVault(1_000_000_000n)
    const client = new OpenAI({ apiKey: holder.customer.secret, baseURL: world.gateway.url, maxRetries: 0 })
    const messages = [{ role: 'user' as const, content: 'How are you' }]
    const { data, response } = await client.chat.completions.create({ model: 'gpt-4', messages }).withResponse()
    await untilNoneIsHeld(holder)
    const [hold, ...others] = await holdsOf(holder)
    const [event, ...more] = await eventsOf(holder)
    expect([others, more]).toEqual([[], []])
    expect(hold).toMatchObject({ id: event?.id, state: 'posted' })
    expect(event).toMatchObject({ callId: response.headers.get('x-request-id'), status: 'success' })
    expect(event?.billableTokens).toBe(BigInt(data.usage?.total_tokens ?? 0))
    expect(response.headers.get('x-flareflow-cost-usd')).toBe(formatUsd(usd(await priceOf(holder))))
  })

  test('60 clients at once, streaming and not: nothing is overspent', async () => {
    const balance = 4_000_000n
    const holder = await newVault(balance)
    const client = new OpenAI({ apiKey: holder.customer.secret, baseURL: world.gateway.url, maxRetries: 0 })
    const messages = [{ role: 'user' as const, content: 'How are you' }]
    const ask = async (i: number): Promise<number> => {
      const body = { model: 'gpt-4', max_tokens: 60, messages }
      if (i % 2 === 0) return client.chat.completions.create(body).then(() => 200)
      const stream = await client.chat.completions.create({ ...body, stream: true })
      for await (const chunk of stream) if (!chunk.id) return 0
      return 200
    }
    const statuses = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        ask(i).catch((error: unknown) => (error instanceof OpenAI.APIError ? (error.status ?? 0) : 0)),
      ),
    )
    expect(statuses).toContain(200)
    expect([...new Set(statuses)].filter((status) => ![200, 402, 429].includes(status))).toEqual([])
    await untilNoneIsHeld(holder)
    expect(await answersOf(holder)).toHaveLength(statuses.filter((status) => status === 200).length)
    expect(await priceOf(holder)).toBeLessThanOrEqual(balance)
  })
})
