import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { usd } from '#lib/money/units.ts'
import { createAccountKey, newAccountKey } from '#services/account-keys/index.ts'
import { refundUsage } from '#services/credits/index.ts'
import { correctCounted, createHoldSweeper, createOwnEventReporter } from '#services/gateway/index.ts'
import { ingestEvents } from '#services/metering/index.ts'
import { checkReceipt } from '#lib/receipts/check-receipt.ts'
import { getReceipts } from '#services/receipts/index.ts'
import { saveWatermark } from '#services/metering/polling/store.ts'
import { rebuildRollups } from '#services/metering/rollups/rebuild-rollups.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { listUnsettled } from '#services/settlement/store.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import {
  cents,
  type CreditCustomer,
  GATEWAY,
  type GatewayWorld,
  openGatewayWorld,
} from '#tests/support/gateway-world.ts'

let world: GatewayWorld
let customer: CreditCustomer
const COST = usd(1_500n)
/** All that a receipt of credits needs of the chain is its name, and of a node nothing. */
const onEmulator = { network: 'emulator' } as ServiceContext['chain']
const noTrust = {} as Parameters<typeof checkReceipt>[1]

beforeAll(async () => {
  world = await openGatewayWorld()
})
beforeEach(async () => {
  world.upstream.plan = { ...world.upstream.plan, usage: { prompt_tokens: 10, completion_tokens: 20 }, fault: null }
  customer = await world.customer(cents(100))
})
afterEach(() => expectBooksBalance(world.ctx))
afterAll(() => world[Symbol.asyncDispose]())

/** The same installation, some time later. */
const later = (ms: number): ServiceContext => ({ ...world.ctx, clock: () => new Date(Date.now() + ms) })
const HOUR = 3_600_000

interface HoldRow extends Record<string, unknown> {
  id: string
  state: string
  facts: { keyHash: string; requestId: string; startedAt: string }
}
async function holdOf({ id }: CreditCustomer): Promise<HoldRow> {
  const { rows } = await world.ctx.db.execute<HoldRow>(
    sql`select id, state, facts from credit_holds where account_id = ${id} order by created_at desc limit 1`,
  )
  return rows[0] as HoldRow
}

/** What the plug-in tells of the request of a hold. */
const toldBy = ({ id, facts }: HoldRow, more: Partial<UsageEventWire> = {}): UsageEventWire => ({
  id,
  callId: facts.requestId,
  keyHash: facts.keyHash,
  startedAt: facts.startedAt,
  endedAt: facts.startedAt,
  model: 'priced',
  provider: 'together',
  inputTokens: '10',
  outputTokens: '20',
  status: 'success',
  ...more,
})
const tell = (event: UsageEventWire) => ingestEvents(world.ctx, { road: 'plugin', items: [{ raw: event }] })

/** A request whose end nobody saw. */
async function lostRequest(): Promise<HoldRow> {
  world.upstream.plan = { ...world.upstream.plan, fault: 'cut' }
  await customer.chat()
  const hold = await holdOf(customer)
  expect(hold.state).toBe('held')
  return hold
}

describe('usage of a credit account', () => {
  test('is metered beside vaults, under the account, and never goes to the chain', async () => {
    await customer.chat()
    const hold = await holdOf(customer)
    expect(await tell(toldBy(hold))).toMatchObject({ stored: 1 })
    const { rows } = await world.ctx.db.execute<{ vault_id: string; account: string; wallet: string }>(
      sql`select vault_id, account, wallet from events where id = ${hold.id}`,
    )
    expect(rows).toEqual([
      {
        vault_id: expect.stringMatching(/^-\d+$/),
        account: `credits:${customer.id}`,
        wallet: customer.subject.slice(5),
      },
    ])
    const unsettled = await listUnsettled(world.ctx.db, world.ctx.deploymentId, {
      now: new Date(),
      upTo: 999_912,
      limit: 10,
      vaultIds: undefined,
    })
    expect(unsettled).toEqual([])
    expect(await rebuildRollups(world.ctx)).toMatchObject({ differing: 0 })
  })
  test('has a receipt, which shows its place in the account’s tree and claims no root on chain', async () => {
    await customer.chat()
    await customer.chat()
    const hold = await holdOf(customer)
    await tell(toldBy(hold))
    const reader = {
      ...world.ctx,
      actor: { kind: 'account', accountId: customer.id, via: 'oidc' } as const,
      chain: onEmulator,
    }
    const { receipts } = await getReceipts(reader, { callId: hold.facts.requestId })
    expect(receipts).toMatchObject([{ event: { id: hold.id }, settlement: { state: 'credits', size: 1, path: [] } }])
    const { steps, isProven } = await checkReceipt(JSON.stringify(receipts[0]), noTrust)
    expect(isProven).toBe(false)
    expect(steps.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok', 'ok', 'note'])
    const stranger = await world.customer(cents(1))
    const nosy = { ...reader, actor: { kind: 'account', accountId: stranger.id, via: 'oidc' } as const }
    await expect(getReceipts(nosy, { callId: hold.facts.requestId })).rejects.toMatchObject({ code: 'not_found' })
    await expect(getReceipts(nosy, { callId: hold.id })).rejects.toMatchObject({ code: 'not_found' })
  })
  test('may name more models in a month than a reading could', async () => {
    await customer.chat()
    const hold = await holdOf(customer)
    const nonces = Array.from({ length: 40 }, (_, i) => i)
    const { mintEventId } = await import('#lib/metering/event-id.ts')
    const items = nonces.map((i) => {
      const id = mintEventId(world.ctx.env.litellm.webhookSecret, i.toString(16).padStart(32, '0'), hold.facts.keyHash)
      return { raw: toldBy(hold, { id, model: `model-${i}` }) }
    })
    expect(await ingestEvents(world.ctx, { road: 'plugin', items })).toMatchObject({ stored: 40 })
  })
})

describe('a request whose process died', () => {
  test('is paid from what was metered of it', async () => {
    const hold = await lostRequest()
    await tell(toldBy(hold))
    await createHoldSweeper()(later(HOUR))
    expect(await customer.account()).toMatchObject({ balance: cents(100) - COST, held: 0n })
  })
  test('costs nothing when it failed', async () => {
    const hold = await lostRequest()
    await tell(toldBy(hold, { status: 'failure', outputTokens: null }))
    await createHoldSweeper()(later(HOUR))
    expect(await customer.account()).toMatchObject({ balance: cents(100), held: 0n })
  })
  test('is given up only when LiteLLM’s books were read beyond it', async () => {
    const { facts, id } = await lostRequest()
    const sweep = createHoldSweeper()
    await sweep(later(HOUR))
    expect((await holdOf(customer)).state).toBe('held')
    await saveWatermark(world.ctx.db, `spend-logs:${facts.keyHash}`, new Date(Date.now() + HOUR))
    await sweep(later(HOUR))
    expect(await holdOf(customer)).toMatchObject({ id, state: 'expired' })
    expect(await customer.account()).toMatchObject({ balance: cents(100), held: 0n })
  })
  test('whose usage can’t be waits for the admin and for no sweeper', async () => {
    world.upstream.plan = { ...world.upstream.plan, usage: { prompt_tokens: -1 } }
    await customer.chat()
    const { facts } = await holdOf(customer)
    await saveWatermark(world.ctx.db, `spend-logs:${facts.keyHash}`, new Date(Date.now() + HOUR))
    await createHoldSweeper()(later(HOUR))
    expect((await holdOf(customer)).state).toBe('held')
  })
})

test('a request that no road told of is metered from its hold, and is one event when another road comes later', async () => {
  await customer.chat({ metadata: { feature: 'search' } })
  const hold = await holdOf(customer)
  await createOwnEventReporter()(later(30_000))
  const known = async () =>
    (await world.ctx.db.execute(sql`select road, feature, billable_tokens from events where id = ${hold.id}`)).rows
  expect(await known()).toEqual([])
  await createOwnEventReporter()(later(90_000))
  expect(await known()).toEqual([{ road: 'gateway', feature: 'search', billable_tokens: '30' }])
  expect(await tell(toldBy(hold))).toMatchObject({ stored: 0, duplicates: 1 })
})

test('the account’s key that a request came with goes with it on every road', async () => {
  const holder = withActor(world.ctx, { kind: 'account', accountId: customer.id, via: 'session' })
  const made = await createAccountKey(holder, { ...newAccountKey.parse({ name: 'k' }), requestKey: 'one' })
  world.upstream.heard.length = 0
  const forged = { feature: 'search', account_key: 'key_of_somebody_else' }
  await customer.chat({ metadata: forged }, { authorization: `Bearer ${made.secret}`, cookie: '' })
  expect(world.upstream.heard[0]?.body['metadata']).toEqual({ feature: 'search', account_key: made.key.id })
  await createOwnEventReporter()(later(90_000))
  const { rows } = await world.ctx.db.execute(
    sql`select account_key from events where id = ${(await holdOf(customer)).id}`,
  )
  expect(rows).toEqual([{ account_key: made.key.id }])
})

test('the request’s user is its end user, whatever its labels say', async () => {
  await customer.chat({ user: 'ann', metadata: { end_user: 'ben' } })
  const hold = await holdOf(customer)
  await createOwnEventReporter()(later(90_000))
  const { rows } = await world.ctx.db.execute(sql`select end_user from events where id = ${hold.id}`)
  expect(rows).toEqual([{ end_user: 'ann' }])
})

describe('what we counted ourselves', () => {
  /** A request of somebody that was charged by our count, of which the truth is known since. */
  async function countedRequest(of: CreditCustomer): Promise<{ counted: bigint; line: string }> {
    world.upstream.plan = { ...world.upstream.plan, usage: null, content: 'x'.repeat(4_000) }
    const { balance } = await of.account()
    await of.chat()
    const counted = balance - (await of.account()).balance
    expect(counted).toBeGreaterThan(COST)
    const hold = await holdOf(of)
    await tell(toldBy(hold))
    return { counted, line: `usage:${hold.id}` }
  }
  const giveBack = (amount: bigint, transferId: string | null) =>
    refundUsage(world.ctx, {
      accountId: customer.id,
      amount: usd(amount),
      reason: 'sorry',
      requestKey: randomUUID(),
      transferId,
    })

  test('is corrected when the truth arrives, once', async () => {
    await countedRequest(customer)
    expect(await correctCounted(world.ctx)).toBe(1)
    expect(await correctCounted(world.ctx)).toBe(0)
    expect(await customer.account()).toMatchObject({ balance: cents(100) - COST, monthSpent: COST })
  })

  test.each([false, true])(
    'is never less than a truth that is dense, which GET /usage tells; streamed: %s',
    async (stream) => {
      const content = '\u{1f9ff}'.repeat(1_000)
      world.upstream.plan = { ...world.upstream.plan, usage: null, content, chunks: 1 }
      await (await customer.chat({ messages: [{ role: 'user', content }], stream })).text()
      const charged = cents(100) - (await customer.account()).balance
      await tell(toldBy(await holdOf(customer), { inputTokens: '4000', outputTokens: '4000' }))
      expect(await correctCounted(world.ctx)).toBe(1)
      const truth = usd(400_000n)
      expect(charged).toBeGreaterThan(truth)
      expect((await customer.account()).balance).toBe(cents(100) - truth)
      const { headers } = customer
      const usage = await world.gateway(new Request(`${GATEWAY}/usage`, { headers }))
      expect(await usage.json()).toMatchObject({ data: [{ input_tokens: '4000', output_tokens: '4000' }] })
    },
  )

  test('is given back no second time after the admin gave the month back, and others get their own', async () => {
    const { counted } = await countedRequest(customer)
    await giveBack(counted, null)
    const other = await world.customer(cents(100))
    await countedRequest(other)
    expect(await correctCounted(world.ctx)).toBe(1)
    expect(await customer.account()).toMatchObject({ balance: cents(100), monthSpent: 0n })
    expect(await other.account()).toMatchObject({ balance: cents(100) - COST })
  })

  test('is given back as far as the admin left it', async () => {
    const { counted, line } = await countedRequest(customer)
    await giveBack(counted - COST - 1n, line)
    expect(await correctCounted(world.ctx)).toBe(1)
    expect(await customer.account()).toMatchObject({ balance: cents(100) - COST })
  })

  test('can’t be given back by the admin beyond what the correction left', async () => {
    const { line } = await countedRequest(customer)
    await correctCounted(world.ctx)
    await customer.chat()
    await expect(giveBack(COST + 1n, line)).rejects.toMatchObject({ code: 'invalid_amount' })
  })
})
