import { setTimeout as sleep } from 'node:timers/promises'
import { asc, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_SCHEDULE } from '#lib/pricing/schedule.ts'
import { usd } from '#lib/money/units.ts'
import { createAccountKey, newAccountKey } from '#services/account-keys/index.ts'
import { correctCharge } from '#services/credits/index.ts'
import { changeLimit, createLimit, createLimitChecker, listLimits, removeLimit } from '#services/limits/index.ts'
import { ingestEvents } from '#services/metering/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { alerts } from '#services/platform/db/schema/index.ts'
import {
  cents,
  type CreditCustomer,
  GATEWAY,
  type GatewayWorld,
  openGatewayWorld,
} from '#tests/support/gateway-world.ts'
import { tokenLimit } from '#tests/support/limits.ts'

let world: GatewayWorld
/** As the gateway's own context, with as much of a chain as limits ask for. */
let ctx: ServiceContext
let customer: CreditCustomer
let other: CreditCustomer
const ADMIN = '0xf8d6e0586b0a20c7'
/** 30 tokens of each call; it costs so many 1e-8 USD. */
const COST = 1_500n
const checkLimits = createLimitChecker()
const REMEMBERED_MS = 300

beforeAll(async () => {
  world = await openGatewayWorld()
  const answers: Record<string, (args: { address?: string }) => unknown> = {
    get_roles: ({ address }) => ({ admin: address === ADMIN, oracle: false, provider: false }),
    get_schedule: () => DEFAULT_SCHEDULE,
    get_vault_ids_by_owner: () => [],
  }
  const script = (name: string, args: object) => Promise.resolve(answers[name]?.(args))
  ctx = { ...world.ctx, chain: { script } as object as ServiceContext['chain'] }
})
beforeEach(async () => {
  world.upstream.plan = { ...world.upstream.plan, usage: { prompt_tokens: 10, completion_tokens: 20 } }
  customer = await world.customer(cents(100))
  other = await world.customer(cents(100))
})
afterAll(() => world[Symbol.asyncDispose]())

const walletOf = ({ subject }: CreditCustomer): ServiceContext =>
  withActor(ctx, { kind: 'user', address: subject.slice('flow:'.length) })
const limitOf = ({ id }: CreditCustomer, more: Parameters<typeof tokenLimit>[0] = {}) =>
  tokenLimit({ account: `credits:${id}`, amount: '60', ...more })
const forbidden = expect.objectContaining({ code: 'not_permitted' })

/** Meters what was paid and isn't metered yet, as the plug-in tells it. */
async function meter(): Promise<void> {
  const { rows } = await ctx.db.execute<{ id: string; facts: Record<string, string> & { labels: object } }>(sql`
    select id, facts from credit_holds where state = 'posted'
      and id not in (select id from event_identities)`)
  const items = rows.map(({ id, facts }) => {
    const { keyHash, startedAt, requestId: callId } = facts
    const { end_user: endUser, organization } = facts.labels as Record<string, string>
    const call = { id, callId, keyHash, startedAt, endedAt: startedAt, model: 'priced', provider: 'together' }
    return { raw: { ...call, endUser, organization, inputTokens: '10', outputTokens: '20', status: 'success' } }
  })
  await ingestEvents(ctx, { road: 'plugin', items })
}

const asked = async (more: object = {}, of = customer, headers = {}): Promise<unknown> => {
  const response = await of.chat(more, headers)
  if (response.status === 200) return 200
  const { error } = (await response.json()) as { error: { code: string } }
  return [response.status, error.code]
}
const REFUSED = [429, 'limit_reached']
/** What the gateway does when it has forgotten what was stopped, and what wasn't, a moment ago. */
async function becomes(what: unknown, ...args: Parameters<typeof asked>): Promise<void> {
  await sleep(REMEMBERED_MS)
  await expect.poll(() => asked(...args)).toEqual(what)
}

async function keyOf({ id }: CreditCustomer) {
  const holder = withActor(ctx, { kind: 'account', accountId: id, via: 'session' })
  const made = await createAccountKey(holder, { ...newAccountKey.parse({ name: 'ci' }), requestKey: randomHex(8) })
  const ask = async (): Promise<unknown> => {
    const body = JSON.stringify({ model: 'priced', messages: [{ role: 'user', content: 'Hi' }] })
    const headers = { authorization: `Bearer ${made.secret}`, 'content-type': 'application/json' }
    const response = await world.gateway(new Request(`${GATEWAY}/chat/completions`, { method: 'POST', headers, body }))
    return response.status === 200
      ? 200
      : [response.status, ((await response.json()) as { error: { code: string } }).error.code]
  }
  return { id: made.key.id, ask }
}

describe('a hard limit on a label of a credit account', () => {
  test('refuses exactly those calls when it is used up, holds nothing for them, and lifts when it is raised', async () => {
    const { limit } = await createLimit(walletOf(customer), limitOf(customer))
    for (let i = 0; i < 2; i += 1) expect(await asked({ user: 'ann' })).toBe(200)
    await checkLimits(ctx)
    expect(await asked({ user: 'ann' })).toBe(200)
    await meter()
    await checkLimits(ctx)
    await becomes(REFUSED, { user: 'ann' })
    const before = await customer.account()
    expect(await asked({ user: 'ann' })).toEqual(REFUSED)
    expect(await customer.account()).toEqual(before)
    for (const body of [{ user: 'ben' }, {}]) expect(await asked(body)).toBe(200)
    expect(await asked({ metadata: { end_user: 'ann' } })).toEqual(REFUSED)
    expect(await asked({ user: 'ann' }, other)).toBe(200)
    await changeLimit(walletOf(customer), { id: limit.id, amount: '1000' })
    await checkLimits(ctx)
    await becomes(200, { user: 'ann' })
  })

  test('says when the day that it counts is over, and that clients need not wait for it', async () => {
    await createLimit(walletOf(customer), limitOf(customer))
    for (let i = 0; i < 3; i += 1) await asked({ user: 'ann' })
    await meter()
    await checkLimits(ctx)
    await becomes(REFUSED, { user: 'ann' })
    const { headers } = await customer.chat({ user: 'ann' })
    const left = (Date.UTC(1970, 0, 2) - (Date.now() % 86_400_000)) / 1_000
    expect(Math.abs(Number(headers.get('retry-after')) - left)).toBeLessThan(60)
    expect(headers.get('x-should-retry')).toBe('false')
  })

  test('of money counts what the requests took, as soon as they are paid, and what is given back', async () => {
    const { limit } = await createLimit(
      walletOf(customer),
      limitOf(customer, { scope: 'organization', value: 'acme', metric: 'usd', amount: '0.00003', per: 'month' }),
    )
    const acme = { metadata: { organization: 'acme' } }
    for (let i = 0; i < 2; i += 1) expect(await asked(acme)).toBe(200)
    // Nothing is metered yet: that they were paid is enough.
    await checkLimits(ctx)
    await becomes(REFUSED, acme)
    const used = async () => (await listLimits(walletOf(customer), {})).limits.find(({ id }) => id === limit.id)?.used
    expect(await used()).toBe('0.00003000')
    const { rows } = await ctx.db.execute<{ id: string }>(
      sql`select id from credit_holds where account_id = ${customer.id} limit 1`,
    )
    await correctCharge(ctx, { holdId: rows[0]?.id ?? '', cost: usd(COST - 500n), facts: {} })
    await checkLimits(ctx)
    expect(await used()).toBe('0.00002500')
    await becomes(200, acme)
  })

  test('stops nothing once its day is over, though nobody has checked it since', async () => {
    await createLimit(
      walletOf(customer),
      limitOf(customer, { scope: 'end_user', value: 'eve', per: 'day', amount: '30' }),
    )
    expect(await asked({ user: 'eve' })).toBe(200)
    await meter()
    await checkLimits(ctx)
    await becomes(REFUSED, { user: 'eve' })
    await ctx.db.execute(sql`update limit_checks set due_at = now() - interval '1 second' where blocked`)
    await becomes(200, { user: 'eve' })
  })

  test('that only warns refuses nothing, and tells the holder’s wallet once', async () => {
    await createLimit(walletOf(customer), limitOf(customer, { kind: 'soft', amount: '30' }))
    expect(await asked({ user: 'ann' })).toBe(200)
    await meter()
    await checkLimits(ctx)
    await checkLimits(ctx)
    const account = `credits:${customer.id}`
    const rows = (await ctx.db.select().from(alerts).orderBy(asc(alerts.createdAt))).filter(
      (alert) => alert.account === account,
    )
    expect(rows.map(({ audience, data }) => [audience, data['threshold']])).toEqual(
      [50, 80, 100].map((threshold) => [customer.subject.slice(5), threshold]),
    )
    expect(rows[2]?.sentence).toContain(`for end user “ann” of credit account ${customer.id} is used: 30 tokens.`)
    expect(await asked({ user: 'ann' })).toBe(200)
  })
})

describe('a hard limit on a key of a credit account', () => {
  test.each([
    ['usd', '0.00003'],
    ['tokens', '60'],
    ['requests', '2'],
  ] as const)('in %s refuses that key alone', async (metric, amount) => {
    const [key, sibling] = [await keyOf(customer), await keyOf(customer)]
    await createLimit(walletOf(customer), limitOf(customer, { scope: 'key', value: key.id, metric, amount }))
    expect([await key.ask(), await sibling.ask(), await asked()]).toEqual([200, 200, 200])
    await checkLimits(ctx)
    expect(await key.ask()).toBe(200)
    await checkLimits(ctx)
    await expect.poll(key.ask).toEqual(REFUSED)
    expect([await sibling.ask(), await asked()]).toEqual([200, 200])
    expect((await listLimits(walletOf(customer), { account: `credits:${customer.id}` })).keys).toHaveLength(2)
  })

  test('of another account can’t be limited', async () => {
    const { id } = await keyOf(other)
    const wanted = limitOf(customer, { scope: 'key', value: id })
    await expect(createLimit(walletOf(customer), wanted)).rejects.toMatchObject({ code: 'key_missing' })
  })
})

test('a limit over all accounts counts credits, and stops them', async () => {
  const admin = withActor(ctx, { kind: 'user', address: ADMIN })
  const value = `user-${randomHex(4)}`
  const { limit } = await createLimit(admin, tokenLimit({ account: null, value, amount: '60' }))
  expect([await asked({ user: value }), await asked({ user: value }, other)]).toEqual([200, 200])
  await meter()
  await checkLimits(ctx)
  await becomes(REFUSED, { user: value })
  await becomes(REFUSED, { user: value }, other)
  await removeLimit(admin, { id: limit.id })
  await checkLimits(ctx)
  await becomes(200, { user: value })
})

describe('nobody else', () => {
  test('sees, sets, changes or removes an account’s limits; a key of the account doesn’t either', async () => {
    const account = `credits:${customer.id}`
    const { limit } = await createLimit(walletOf(customer), limitOf(customer, { value: 'safe' }))
    const attackers: ServiceContext[] = [
      walletOf(other),
      withActor(ctx, { kind: 'account', accountId: other.id, via: 'oidc' }),
      withActor(ctx, { kind: 'account', accountId: other.id, via: 'key' }),
      withActor(ctx, { kind: 'account', accountId: customer.id, via: 'key' }),
    ]
    for (const attacker of attackers) {
      await expect(createLimit(attacker, limitOf(customer, { value: 'x' }))).rejects.toEqual(forbidden)
      await expect(listLimits(attacker, { account })).rejects.toEqual(forbidden)
      await expect(changeLimit(attacker, { id: limit.id, amount: '1' })).rejects.toEqual(forbidden)
      await expect(removeLimit(attacker, { id: limit.id })).rejects.toEqual(forbidden)
    }
    expect((await listLimits(walletOf(other), {})).limits).toEqual([])
    const holders = [
      walletOf(customer),
      withActor(ctx, { kind: 'account', accountId: customer.id, via: 'oidc' }),
      withActor(ctx, { kind: 'user', address: ADMIN }),
    ]
    for (const holder of holders) expect((await listLimits(holder, { account })).limits).toHaveLength(1)
    expect((await listLimits(walletOf(customer), {})).limits.map(({ id }) => id)).toEqual([limit.id])
  })
})
