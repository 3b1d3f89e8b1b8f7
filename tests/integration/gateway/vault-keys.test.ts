import { setTimeout as sleep } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import { createGateway, type Gateway } from '#services/gateway/index.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { apiKeys, keyBlocks, vaultHolds } from '#services/platform/db/schema/index.ts'
import { type BareUpstream, startBareUpstream } from '#tests/support/bare-upstream.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { eventsOf, GATEWAY } from '#tests/support/gateway-world.ts'
import { sha256 } from '#tests/support/llm-calls.ts'
import { tellVaults, type ToldVaults } from '#tests/support/told-vaults.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'

let upstream: BareUpstream
let opened: TestContext
let ctx: ServiceContext
let gateways: Gateway[]
let told: ToldVaults
let nextVault = 1n

beforeAll(async () => {
  upstream = await startBareUpstream()
  told = tellVaults()
  const litellm = createLitellmClient({ url: upstream.url, masterKey: 'sk-test-master-key-1234567890' })
  opened = await createTestContext({ litellm, chain: told.chain, variables: { LITELLM_URL: upstream.url } })
  ctx = opened.ctx
  gateways = [createGateway(ctx), createGateway(ctx)]
})
beforeEach(() => {
  upstream.heard.length = 0
  Object.assign(upstream.plan, { status: 200, fault: null, usage: { prompt_tokens: 10, completion_tokens: 20 } })
})
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  await upstream.close()
})

interface Holder {
  readonly vaultId: bigint
  readonly keyHash: string
  chat(more?: object, options?: { headers?: Record<string, string>; gateway?: number }): Promise<Response>
}

/** A vault with a key that LiteLLM knows. */
async function holderOf(balance: bigint): Promise<Holder> {
  const vaultId = nextVault++
  told.tell(vaultId, balance)
  const secret = `sk-${randomHex(24)}`
  const keyHash = sha256(secret)
  upstream.keys.add(keyHash)
  await giveKey(ctx, vaultId, keyHash)
  const messages = [{ role: 'user', content: 'How are you' }]
  return {
    vaultId,
    keyHash,
    async chat(more = {}, { headers = {}, gateway = 0 } = {}) {
      const serve = gateways[gateway % 2] as Gateway
      return serve(
        new Request(`${GATEWAY}/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ model: 'gpt-4o', max_tokens: 50, messages, ...more }),
        }),
      )
    },
  }
}

const holdsOf = ({ vaultId }: Holder) => ctx.db.select().from(vaultHolds).where(eq(vaultHolds.vaultId, vaultId))

/** What the plug-in reports of calls that it let through on the gateway's ticket. */
async function report(holder: Holder, calls = upstream.heard): Promise<void> {
  const startedAt = new Date().toISOString()
  const items = calls.map(({ headers }) => {
    const ticket = String(headers['x-flareflow-gateway'])
    const id = ticket.split('.').slice(2, 4).join('.')
    const counts = { inputTokens: '10', outputTokens: '20' }
    return { raw: usageEvent(holder.keyHash, { id, model: 'gpt-4o', startedAt, endedAt: startedAt, ...counts }) }
  })
  expect(await ingestEvents(ctx, { road: 'plugin', items })).toMatchObject({ stored: calls.length, rejected: [] })
}

/** 30 tokens of gpt-4o in the first tier. */
const COST = '0.00090000'
interface Refusal {
  error: { code: string; message: string }
}

describe('a vault’s key at the gateway', () => {
  test('is held for until its event is stored, and told what its call added to the bill', async () => {
    const holder = await holderOf(1_000_000_000n)
    const response = await holder.chat()
    expect(response.status).toBe(200)
    expect(response.headers.get('x-flareflow-cost-usd')).toBe(COST)
    const [hold] = await holdsOf(holder)
    expect(hold).toMatchObject({ state: 'held', model: 'gpt-4o' })
    expect(hold?.id).toMatch(new RegExp(`^${response.headers.get('x-request-id')?.slice(4)}\\.`))
    await report(holder)
    expect((await holdsOf(holder)).map(({ state }) => state)).toEqual(['posted'])
    await response.text()
  })

  test('a stream tells its cost in the last chunk', async () => {
    const holder = await holderOf(1_000_000_000n)
    const response = await holder.chat({ stream: true })
    const chunks = eventsOf(await response.text())
    expect(chunks.at(-1)).toBe('[DONE]')
    expect(JSON.parse(chunks.at(-2) ?? '')).toMatchObject({ flareflow: { cost_usd: COST } })
  })

  test('goes to LiteLLM with the caller’s own secret', async () => {
    const holder = await holderOf(1_000_000_000n)
    await holder.chat()
    const sent = upstream.heard[0]?.headers.authorization?.replace('Bearer ', '') ?? ''
    expect(sha256(sent)).toBe(holder.keyHash)
  })

  test('that is blocked is refused with the reason; for want of money with 402', async () => {
    for (const [reason, status, code, passes] of [
      ['paused', 403, 'vault_blocked', false],
      ['unfunded', 402, 'insufficient_vault', false],
      ['capped', 429, 'cap_reached', true],
    ] as const) {
      const holder = await holderOf(1_000_000_000n)
      const [key] = await ctx.db.select().from(apiKeys).where(eq(apiKeys.keyHash, holder.keyHash))
      await ctx.db.insert(keyBlocks).values({ keyId: key?.id ?? '', reason, since: new Date() })
      for (const keyStatus of ['active', 'blocked'] as const) {
        await ctx.db.update(apiKeys).set({ status: keyStatus }).where(eq(apiKeys.keyHash, holder.keyHash))
        const refused = await holder.chat()
        expect([refused.status, ((await refused.json()) as Refusal).error.code]).toEqual([status, code])
        expect(refused.headers.has('retry-after')).toBe(passes)
      }
    }
    expect(upstream.heard).toEqual([])
  })

  test('reaches no model that searches by itself, which a wildcard of LiteLLM’s may serve', async () => {
    const holder = await holderOf(1_000_000_000n)
    const refused = await holder.chat({ model: 'openrouter/openai/gpt-4o:online' })
    expect([refused.status, ((await refused.json()) as Refusal).error.code]).toEqual([403, 'model_not_allowed'])
    expect([upstream.heard, await holdsOf(holder)]).toEqual([[], []])
  })

  test('gets back what a failed call held', async () => {
    const holder = await holderOf(1_000_000_000n)
    upstream.plan.status = 500
    expect((await holder.chat()).status).toBe(500)
    expect((await holdsOf(holder)).map(({ state }) => state)).toEqual(['void'])
  })

  test('is refused when the vault can’t pay, and may ask for an answer that it can', async () => {
    const holder = await holderOf(3_800_000n)
    const refused = await holder.chat({ max_tokens: 400 })
    expect(refused.status).toBe(402)
    expect(((await refused.json()) as Refusal).error).toMatchObject({ code: 'insufficient_vault' })
    const clamped = await holder.chat({ max_tokens: 400 }, { headers: { 'x-clamp-max-tokens': 'true' } })
    expect(clamped.status).toBe(200)
    expect(Number(clamped.headers.get('x-clamped-max-tokens'))).toBeLessThan(400)
    const held = await holder.chat()
    expect([held.status, held.headers.get('retry-after')]).toEqual([429, '1'])
    expect(((await held.json()) as Refusal).error.code).toBe('vault_funds_held')
  })

  test('200 clients on two gateways: exactly as many are served as can be held for, and none is overspent', async () => {
    const probe = await holderOf(1_000_000_000n)
    await probe.chat()
    const worst = (await holdsOf(probe))[0]?.amount ?? 0n
    upstream.heard.length = 0
    const holder = await holderOf(50n * worst)
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async (_, gateway) => (await holder.chat({}, { gateway })).status),
    )
    expect(statuses.filter((status) => status === 200)).toHaveLength(50)
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
    await report(holder)
    expect((await holdsOf(holder)).every(({ state }) => state === 'posted')).toBe(true)
    // What was held and not used is free again.
    expect((await holder.chat()).status).toBe(200)
  })

  test('200 clients on two gateways, with retries: every call that the vault can pay is served, and none beyond', async () => {
    const probe = await holderOf(1_000_000_000n)
    await probe.chat()
    const worst = (await holdsOf(probe))[0]?.amount ?? 0n
    upstream.heard.length = 0
    const balance = 3n * worst
    const holder = await holderOf(balance)
    let reported = 0
    let served = 0
    const last = new Set<number>()
    const client = async (gateway: number): Promise<void> => {
      for (;;) {
        const { status } = await holder.chat({}, { gateway })
        if (status === 200) served += 1
        if (status !== 429) return void last.add(status)
        await sleep(20 + 20 * Math.random())
      }
    }
    const clients = Promise.all(Array.from({ length: 200 }, (_, gateway) => client(gateway)))
    const isOver = clients.then(() => true)
    while (!(await Promise.race([isOver, sleep(50, false)]))) {
      const calls = upstream.heard.slice(reported)
      reported += calls.length
      if (calls.length > 0) await report(holder, calls)
    }
    expect(last).toEqual(new Set([200, 402]))
    expect(served).toBe(Number((balance - worst) / parseUsd(COST)) + 1)
  })
})
