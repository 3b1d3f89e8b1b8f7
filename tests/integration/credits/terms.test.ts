import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import {
  changeOwnTerms,
  createHoldWriter,
  getAccount,
  giveCredits,
  type HoldWriter,
  listAccounts,
  listHistory,
  openAccount,
  refundUsage,
  setTier,
} from '#services/credits/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { accountChanges } from '#services/platform/db/schema/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'

let opened: TestContext
let ctx: ServiceContext
let writer: HoldWriter
let now: Date
let holder: ServiceContext
let account: { id: string; subject: string }

const dollar = parseUsd('1')
const cents = (count: bigint) => usd((dollar * count) / 100n)

beforeAll(async () => {
  opened = await createTestContext({ clock: () => now })
  ctx = opened.ctx
  writer = createHoldWriter(ctx)
})
beforeEach(async () => {
  now = new Date('2026-11-21T12:00:00Z')
  account = await openAccount(ctx, { subject: `flow:0x${randomHex(8)}` })
  holder = withActor(ctx, { kind: 'account', accountId: account.id, via: 'oidc' })
})
afterEach(() => expectBooksBalance(ctx))
afterAll(() => opened[Symbol.asyncDispose]())

const entry = (amount = dollar, requestKey = randomHex(8)) => ({
  accountId: account.id,
  amount,
  reason: 'an outage on Friday',
  requestKey,
})
const give = (amount = dollar, requestKey?: string, expiresAt: Date | null = null) =>
  giveCredits(ctx, { ...entry(amount, requestKey), expiresAt })
const stateNow = () => getAccount(ctx, account)
const place = (amount: bigint, id = randomHex(8)) =>
  writer.place({
    id,
    accountId: account.id,
    amount: usd(amount),
    expiresAt: new Date(now.getTime() + 60_000),
    facts: {},
  })

/** A request that cost so much; the id of its line. */
async function spend(amount: bigint): Promise<string> {
  const id = randomHex(8)
  expect(await place(amount, id)).toMatchObject({ ok: true })
  await writer.end({ id, cost: usd(amount), facts: {} })
  return `usage:${id}`
}

describe('the holder', () => {
  test('chooses among the tiers that are not agreed upon, back and forth', async () => {
    for (const tier of ['starter', 'professional', 'free'] as const) {
      await changeOwnTerms(holder, { tier })
      expect(await stateNow()).toMatchObject({ tier })
    }
    await expect(changeOwnTerms(holder, { tier: 'enterprise' })).rejects.toMatchObject({ code: 'not_permitted' })
    await setTier(ctx, { accountId: account.id, tier: 'enterprise', reason: 'contract 12' })
    await expect(changeOwnTerms(holder, { tier: 'free' })).rejects.toMatchObject({ code: 'not_permitted' })
    await changeOwnTerms(holder, { tier: 'enterprise', monthlyCap: dollar })
    expect(await stateNow()).toMatchObject({ tier: 'enterprise', monthlyCap: dollar })
  })

  test('caps a month: what is spent and held stays within, at once, and the next month begins at nothing', async () => {
    await give(parseUsd('10'))
    await changeOwnTerms(holder, { monthlyCap: dollar })
    await spend(cents(60n))
    const placed = await Promise.all(Array.from({ length: 20 }, () => place(cents(10n))))
    expect(placed.filter(({ ok }) => ok)).toHaveLength(4)
    expect(await place(cents(41n))).toMatchObject({ ok: false, reason: 'cap_reached' })
    expect(await place(cents(1n))).toMatchObject({ ok: false, reason: 'cap_held' })
    await changeOwnTerms(holder, { monthlyCap: usd(0n) })
    expect(await place(1n)).toMatchObject({ reason: 'cap_reached' })
    await changeOwnTerms(holder, { monthlyCap: null })
    expect(await place(parseUsd('5'))).toMatchObject({ ok: true })
    await changeOwnTerms(holder, { monthlyCap: dollar })
    now = new Date('2026-12-01T00:00:00Z')
    expect(await place(cents(100n))).toMatchObject({ ok: true })
  })

  test('leaves a trace of each change and none of a repetition, and nobody edits it', async () => {
    await changeOwnTerms(holder, { tier: 'starter', monthlyCap: dollar })
    await changeOwnTerms(holder, { tier: 'starter' })
    await setTier(ctx, { accountId: account.id, tier: 'free', reason: 'asked by mail' })
    const rows = (await ctx.db.select().from(accountChanges)).filter(({ accountId }) => accountId === account.id)
    expect(rows.map(({ by, before, after }) => ({ by, before, after }))).toEqual([
      {
        by: 'holder',
        before: { tier: 'free', monthlyCap: null },
        after: { tier: 'starter', monthlyCap: '100000000' },
      },
      {
        by: 'command:test',
        before: { tier: 'starter', monthlyCap: '100000000' },
        after: { tier: 'free', monthlyCap: '100000000', reason: 'asked by mail' },
      },
    ])
    await expect(ctx.db.execute(sql`delete from account_changes`)).rejects.toMatchObject({
      cause: { message: 'account_changes is never edited' },
    })
  })

  test('asks in person: a key may not', async () => {
    const byKey = withActor(ctx, { kind: 'account', accountId: account.id, via: 'key' })
    await expect(changeOwnTerms(byKey, { monthlyCap: null })).rejects.toMatchObject({ code: 'not_permitted' })
  })
})

describe('the admin', () => {
  test('gives credits once a request, with a reason that the history shows', async () => {
    const given = await Promise.all(Array.from({ length: 5 }, () => give(dollar, `once-${account.id}`)))
    expect(given.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(await stateNow()).toMatchObject({ balance: dollar })
    const { lines } = await listHistory(ctx, { accountId: account.id, cursor: null, limit: 10 })
    expect(lines).toMatchObject([{ kind: 'bonus', facts: { reason: 'an outage on Friday', by: 'command:test' } }])
    await expect(give(cents(5n), `once-${account.id}`)).rejects.toMatchObject({ code: 'idempotency_conflict' })
  })

  test.each(['2000-01-01T00:00:00Z', '2026-11-21T00:00:00Z', '2026-11-21T12:00:00Z'])(
    'gives no credits that would have ended by now: %s',
    async (end) => {
      await expect(give(dollar, undefined, new Date(end))).rejects.toMatchObject({ code: 'invalid_request' })
      expect(await stateNow()).toMatchObject({ balance: 0n })
    },
  )

  test('is answered as before when a gift is sent again after its end, and told when it has another end', async () => {
    const [once, end] = [`ends-${account.id}`, new Date('2026-11-22T00:00:00Z')]
    await give(dollar, once, end)
    now = new Date('2026-11-22T00:00:01Z')
    expect(await give(dollar, once, end)).toMatchObject({ isNew: false })
    for (const other of [null, new Date('2026-12-01T00:00:00Z')]) {
      await expect(give(dollar, once, other)).rejects.toMatchObject({ code: 'idempotency_conflict' })
    }
  })

  test('gives a request back by an entry the other way, whole or in part, never more than it cost', async () => {
    await give()
    const transferId = await spend(cents(50n))
    const refund = (amount: bigint, requestKey = randomHex(8)) =>
      refundUsage(ctx, { ...entry(usd(amount), requestKey), transferId })
    const once = `r-${account.id}`
    expect([await refund(cents(20n), once), await refund(cents(20n), once)]).toMatchObject([
      { isNew: true },
      { isNew: false },
    ])
    await expect(refund(cents(31n))).rejects.toMatchObject({ code: 'invalid_amount' })
    const both = await Promise.allSettled([refund(cents(30n)), refund(cents(30n))])
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await stateNow()).toMatchObject({ balance: dollar, monthSpent: 0n })
    expect(await refund(cents(20n), once)).toMatchObject({ isNew: false })
  })

  test('gives back what an earlier month cost to that month, and a sum to the running one', async () => {
    await give(parseUsd('3'))
    const transferId = await spend(cents(50n))
    now = new Date('2026-12-02T00:00:00Z')
    await spend(cents(10n))
    await refundUsage(ctx, { ...entry(cents(50n)), transferId })
    expect(await stateNow()).toMatchObject({ monthSpent: cents(10n), balance: cents(290n) })
    await expect(refundUsage(ctx, { ...entry(cents(11n)), transferId: null })).rejects.toMatchObject({
      code: 'invalid_amount',
    })
    await refundUsage(ctx, { ...entry(cents(10n)), transferId: null })
    expect(await stateNow()).toMatchObject({ monthSpent: 0n, balance: parseUsd('3') })
  })

  test('gives back no line that is not usage, or is another account’s', async () => {
    const { id } = await give()
    const mine = account
    account = await openAccount(ctx, { subject: `flow:0x${randomHex(8)}` })
    await give()
    const theirs = await spend(cents(50n))
    account = mine
    for (const transferId of [id, theirs, 'usage:none']) {
      await expect(refundUsage(ctx, { ...entry(), transferId })).rejects.toMatchObject({ code: 'not_found' })
    }
  })

  test('finds accounts by a part of their subject or id, page by page, and takes no pattern for one', async () => {
    const tag = randomHex(6)
    const subjects = Array.from({ length: 5 }, (_, i) => `oidc:https://${tag}|${i}_%`)
    for (const subject of subjects) await openAccount(ctx, { subject })
    const seen: string[] = []
    let before: bigint | null = null
    do {
      const page: Awaited<ReturnType<typeof listAccounts>> = await listAccounts(ctx, {
        query: tag.toUpperCase(),
        before,
        limit: 2,
      })
      seen.push(...page.accounts.map(({ subject }) => subject))
      before = page.next === null ? null : BigInt(page.next)
    } while (before !== null)
    expect(seen).toEqual(subjects.toReversed())
    expect((await listAccounts(ctx, { query: account.id, before: null, limit: 9 })).accounts).toHaveLength(1)
    const odd = await listAccounts(ctx, { query: '3_%', before: null, limit: 9 })
    expect(odd.accounts.map(({ subject }) => subject)).toEqual([subjects[3]])
  })

  test('is nobody who only holds an account', async () => {
    const refused = [
      setTier(holder, { accountId: account.id, tier: 'enterprise', reason: 'mine' }),
      giveCredits(holder, { ...entry(), expiresAt: null }),
      refundUsage(holder, { ...entry(), transferId: null }),
      listAccounts(holder, { query: null, before: null, limit: 1 }),
    ]
    for (const each of refused) await expect(each).rejects.toMatchObject({ code: 'session_required' })
  })
})
