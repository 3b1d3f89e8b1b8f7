import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { ADDED_TOKENS } from '#lib/gateway/worst-case.ts'
import { type Usd, usd } from '#lib/money/units.ts'
import { createGateway, type Gateway } from '#services/gateway/index.ts'
import { openDatabase } from '#services/platform/db/client.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import { type GatewayWorld, newCreditCustomer, openGatewayWorld } from '#tests/support/gateway-world.ts'

let world: GatewayWorld
/** Two processes' gateways, as far as one process can have them: a pool and a writer each. */
let gateways: Gateway[]
const pools: { close(): Promise<void> }[] = []

const body = { model: 'vectors', input: 'a text of some length' }
/** Every byte of the request may be a token, and a provider may add to them: what is held for it. */
const WORST = BigInt(JSON.stringify(body).length) + ADDED_TOKENS
/** 0.002 USD per 1K at a quarter of it. */
const price = (tokens: bigint): Usd => usd(tokens * 50n)
const HOLD = price(WORST)

function anotherGateway(): Gateway {
  const opened = openDatabase({ url: world.ctx.env.database.url, pool: 5, onConnectionError: () => undefined })
  pools.push(opened)
  return createGateway({ ...world.ctx, db: opened.db })
}

beforeAll(async () => {
  world = await openGatewayWorld()
  gateways = [anotherGateway(), anotherGateway()]
})
beforeEach(() => {
  world.upstream.plan = { ...world.upstream.plan, delayMs: 5, usage: { prompt_tokens: Number(WORST) } }
})
afterEach(() => expectBooksBalance(world.ctx))
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()))
  await world[Symbol.asyncDispose]()
})

interface Tally {
  served: number
  refused: Set<string>
}

/** 200 clients at once, each until it is served, told not to try again, or `tries` are over. */
async function storm(
  balance: Usd,
  { of = 1, tries = 1, cap = null }: { of?: number; tries?: number; cap?: Usd | null },
) {
  let next = 0
  const used = gateways.slice(0, of)
  const customer = await newCreditCustomer(world.ctx, () => used[(next += 1) % of] as Gateway, balance)
  if (cap !== null) {
    await world.ctx.db.execute(sql`update credit_accounts set monthly_cap = ${cap} where id = ${customer.id}`)
  }
  const tally: Tally = { served: 0, refused: new Set() }
  const client = async (): Promise<void> => {
    for (let tried = 0; tried < tries; tried += 1) {
      const response = await customer.ask('/embeddings', body)
      const { error } = (await response.json()) as { error?: { code: string } }
      if (response.status === 200) {
        tally.served += 1
        return
      }
      tally.refused.add(`${response.status} ${error?.code}`)
      if (response.status !== 429 || response.headers.get('x-should-retry') === 'false') return
      await sleep(20 * Math.random())
    }
  }
  await Promise.all(Array.from({ length: 200 }, client))
  return { ...tally, account: await customer.account() }
}

const UNTIL_IT_ENDS = 10_000

describe.each([
  ['one gateway', 1],
  ['two gateways', 2],
])('200 clients at %s', (_name, of) => {
  test('on a balance for exactly 50 requests that cost what is held: exactly 50 are served', async () => {
    const { served, refused, account } = await storm(usd(50n * HOLD), { of })
    expect(served).toBe(50)
    expect([...refused].every((code) => ['402 insufficient_credits', '429 funds_held'].includes(code))).toBe(true)
    expect(account).toMatchObject({ balance: 0n, held: 0n, monthSpent: 50n * HOLD })
  })
  test('whose requests cost less than is held: with retries every affordable one is served, and none beyond', async () => {
    const tokens = WORST / 3n
    world.upstream.plan = { ...world.upstream.plan, usage: { prompt_tokens: Number(tokens) } }
    const cost = price(tokens)
    const balance = usd(20n * HOLD)
    const { served, account } = await storm(balance, { of, tries: UNTIL_IT_ENDS })
    expect(served).toBe(Number((balance - HOLD) / cost) + 1)
    expect(account).toMatchObject({ balance: balance - BigInt(served) * cost, held: 0n })
  })
  test('under a monthly cap for exactly 50: exactly 50 are served', async () => {
    const { served, refused, account } = await storm(usd(300n * HOLD), { of, cap: usd(50n * HOLD) })
    expect(served).toBe(50)
    expect([...refused].every((code) => ['429 cap_reached', '429 cap_held'].includes(code))).toBe(true)
    expect(account).toMatchObject({ held: 0n, monthSpent: 50n * HOLD })
  })
  test('under a monthly cap, costing less than is held: with retries all that fit are served, and none beyond', async () => {
    const tokens = WORST / 3n
    world.upstream.plan = { ...world.upstream.plan, usage: { prompt_tokens: Number(tokens) } }
    const cost = price(tokens)
    const cap = usd(20n * HOLD)
    const { served, account } = await storm(usd(300n * HOLD), { of, tries: UNTIL_IT_ENDS, cap })
    expect(served).toBe(Number((cap - HOLD) / cost) + 1)
    expect(account).toMatchObject({ held: 0n, monthSpent: BigInt(served) * cost })
  })
})

test('the planted bug: a gateway that looks at the balance before it sends, and takes the cost after, overspends', async () => {
  const customer = await newCreditCustomer(world.ctx, () => world.gateway, usd(50n * HOLD))
  let owed = 0n
  const careless = async (): Promise<void> => {
    const { balance } = await customer.account()
    if (balance - owed < HOLD) return
    await sleep(1_000)
    owed += HOLD
  }
  await Promise.all(Array.from({ length: 200 }, careless))
  expect(owed).toBeGreaterThan(50n * HOLD)
})
