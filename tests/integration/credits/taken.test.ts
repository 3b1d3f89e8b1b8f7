import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { usd } from '#lib/money/units.ts'
import {
  correctCharge,
  createHoldWriter,
  creditPurchase,
  openAccount,
  refundUsage,
  sumTaken,
} from '#services/credits/index.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'

let opened: TestContext
let ctx: ServiceContext
let now = new Date('2026-11-29T23:59:00Z')
const accounts: string[] = []

beforeAll(async () => {
  opened = await createTestContext({ clock: () => now })
  ctx = { ...opened.ctx, actor: { kind: 'system', job: 'test' } }
  for (const subject of ['flow:0x0000000000000001', 'flow:0x0000000000000002']) {
    const { id } = await openAccount(ctx, { subject })
    const payment = { paymentId: randomHex(8), accountId: id, from: 'stripe', facts: {} } as const
    await creditPurchase(ctx, { ...payment, amount: usd(10_000_000_000n) })
    accounts.push(id)
  }
})
afterAll(() => opened[Symbol.asyncDispose]())

/** Requests of all kinds, many in one transaction, over two days; some are given back. */
async function use(count: number): Promise<void> {
  const writer = createHoldWriter(ctx)
  await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const [id, accountId] = [randomHex(16), accounts[i % 2] ?? '']
      const labels = { end_user: `user${i % 3}`, ...(i % 4 === 0 ? { organization: 'acme' } : { organization: '' }) }
      const facts = { keyId: i % 5 === 0 ? null : `key_${i % 2}`, labels: i % 7 === 0 ? {} : labels }
      const expiresAt = new Date(now.getTime() + 60_000)
      await writer.place({ id, accountId, amount: usd(1_000n), expiresAt, facts })
      if (i % 11 === 0) return void (await writer.expire(id))
      const cost = i % 6 === 0 ? null : usd(BigInt(i % 13) * 100n)
      await writer.end({
        id,
        accountId,
        cost,
        facts: i % 9 === 0 ? {} : { tokens: String(i), usageSource: 'provider' },
      })
      if (i % 8 === 3) await correctCharge(ctx, { holdId: id, cost: usd(40n), facts: {} })
      if (i % 10 === 1 && cost !== null && cost > 0n) {
        const entry = { accountId, amount: usd(7n), reason: 'Sorry', requestKey: id, transferId: `usage:${id}` }
        await refundUsage(ctx, entry).catch(() => null)
      }
    }),
  )
}

/** Sums that differ from what holds and refunds say, written down without looking at how the database keeps them. */
async function wrong(): Promise<unknown[]> {
  const { rows } = await ctx.db.execute(sql`
    with part as (
      select hold.account_id, scope, value, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as day,
        coalesce((facts->>'tokens')::numeric, 0) as tokens, posted - coalesce((
          select sum(amount) from ledger_transfers as back where kind = 'refund' and debit = 'revenue'
            and (back.id = 'correction:' || hold.id or back.facts->>'refunds' = 'usage:' || hold.id)), 0) as amount
      from credit_holds as hold, lateral (values ('key', facts->>'keyId'),
        ('end_user', facts->'labels'->>'end_user'),
        ('organization', facts->'labels'->>'organization')) as p (scope, value)
      where posted > 0 and value <> '' and length(value) <= 256
    ), wanted as (
      select account_id, scope, value, day, sum(tokens) as tokens, count(*) as requests, sum(amount) as amount
      from part group by 1, 2, 3, 4
    ), kept as (
      select account_id, scope, value, day::text, tokens, requests, amount from credit_taken
    )
    (select * from wanted except all select * from kept) union all
    (select * from kept except all select * from wanted)`)
  return rows
}

test('what keys and labels took by day is the sum of their paid holds, less what was given back', async () => {
  await use(150)
  now = new Date('2026-11-30T00:01:00Z')
  await use(150)
  expect(await wrong()).toEqual([])
  const [{ count } = { count: 0 }] = (
    await ctx.db.execute<{ count: number }>(sql`select count(*)::int as count from credit_taken`)
  ).rows
  expect(count).toBeGreaterThan(10)
})

test('a sum is of one account or of all, and of its days alone', async () => {
  const user = { id: 'a', value: 'user1' }
  const asked = { scope: 'end_user', wanted: [{ ...user, from: '2026-11-30', to: '2026-12-01' }] } as const
  const [all] = await sumTaken(ctx, { ...asked, accountId: null })
  const each = await Promise.all(accounts.map((accountId) => sumTaken(ctx, { ...asked, accountId })))
  const added = each.flat().reduce((sum, one) => sum + one.usd, 0n)
  expect(added).toBe(all?.usd)
  const ever = await sumTaken(ctx, { ...asked, accountId: null, wanted: [{ ...user, from: null, to: null }] })
  expect(ever[0]?.usd).toBeGreaterThan(all?.usd ?? 0n)
})

test('a label that no index could hold keeps no request from being paid', async () => {
  const [id, accountId] = [randomHex(16), accounts[0] ?? '']
  const writer = createHoldWriter(ctx)
  const facts = { labels: { end_user: 'x'.repeat(10_000) } }
  await writer.place({ id, accountId, amount: usd(10n), expiresAt: new Date(now.getTime() + 60_000), facts })
  expect(await writer.end({ id, accountId, cost: usd(10n), facts: {} })).toMatchObject({ state: 'posted' })
  expect(await wrong()).toEqual([])
})

test('nobody else writes the sums', async () => {
  await expect(ctx.db.execute(sql`update credit_taken set amount = 0`)).rejects.toMatchObject({
    cause: { message: expect.stringContaining('follows from holds and refunds') },
  })
})

test('the planted bug: a database that forgets refunds keeps sums that are found wrong', async () => {
  await ctx.db.execute(sql`
    create or replace function refunded_hold(id text, facts jsonb) returns text language sql immutable
    as 'select null'`)
  await use(40)
  expect(await wrong()).not.toEqual([])
})
