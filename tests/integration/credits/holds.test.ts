import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import { type Usd, usd } from '#lib/money/units.ts'
import {
  createHoldWriter,
  creditPurchase,
  describeCredits,
  expireGrants,
  getAccount,
  grantCredits,
  type HoldWriter,
  openAccount,
  sweepHolds,
} from '#services/credits/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { creditAccounts } from '#services/platform/db/schema/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'

let opened: TestContext
let ctx: ServiceContext
let now = new Date('2026-11-21T12:00:00Z')
let writers: HoldWriter[]

beforeAll(async () => {
  opened = await createTestContext({ clock: () => now })
  ctx = opened.ctx
  writers = [createHoldWriter(ctx), createHoldWriter(ctx)]
})
afterEach(() => expectBooksBalance(ctx))
afterAll(() => opened[Symbol.asyncDispose]())

const cent = parseUsd('0.01')
const inAMinute = (): Date => new Date(now.getTime() + 60_000)
/** One of two writers, as two processes have one each. */
const writer = (index = 0): HoldWriter => writers[index % 2] as HoldWriter

async function customerWith(balance: Usd): Promise<{ id: string; subject: string }> {
  const { id, subject } = await openAccount(ctx, { subject: `flow:${randomHex(8)}` })
  await creditPurchase(ctx, { paymentId: randomHex(8), accountId: id, from: 'stripe', amount: balance, facts: {} })
  return { id, subject }
}

const place = (accountId: string, amount: Usd, index = 0, id = randomHex(8)) =>
  writer(index)
    .place({ id, accountId, amount, expiresAt: inAMinute(), facts: {} })
    .then((answer) => ({ id, answer }))

describe('200 clients on a balance that pays for exactly 50 requests', () => {
  test('exactly 50 are let through and the balance ends at 0', async () => {
    const { id, subject } = await customerWith(usd(50n * cent))
    const tried = await Promise.all(Array.from({ length: 200 }, (_, i) => place(id, cent, i)))
    const accepted = tried.filter(({ answer }) => answer.ok)
    expect(accepted).toHaveLength(50)
    const reasons = tried.flatMap(({ answer }) => (answer.ok ? [] : [answer.reason]))
    expect(new Set(reasons)).toEqual(new Set(['funds_held']))
    await Promise.all(accepted.map((hold, i) => writer(i).end({ id: hold.id, cost: cent, facts: {} })))
    expect(await getAccount(ctx, { subject })).toMatchObject({ balance: 0n, held: 0n, monthSpent: 50n * cent })
    expect((await place(id, cent)).answer).toMatchObject({ ok: false, reason: 'insufficient_credits' })
  })

  test('a cost below the hold gives the rest back, so that with retries every affordable request is served', async () => {
    const { id, subject } = await customerWith(usd(10n * cent))
    let served = 0
    const client = async (index: number): Promise<void> => {
      for (;;) {
        const { id: holdId, answer } = await place(id, usd(2n * cent), index)
        if (!answer.ok && answer.reason !== 'funds_held') return
        if (!answer.ok) continue
        await writer(index).end({ id: holdId, cost: cent, facts: {} })
        served += 1
      }
    }
    await Promise.all(Array.from({ length: 20 }, (_, i) => client(i)))
    // The last cent can't bear a hold of two.
    expect(served).toBe(9)
    expect(await getAccount(ctx, { subject })).toMatchObject({ balance: cent, held: 0n })
  })

  test('the same holds for a monthly cap', async () => {
    const { id, subject } = await customerWith(usd(100n * cent))
    await ctx.db
      .update(creditAccounts)
      .set({ monthlyCap: 5n * cent })
      .where(sql`id = ${id}`)
    const tried = await Promise.all(Array.from({ length: 50 }, (_, i) => place(id, cent, i)))
    const accepted = tried.filter(({ answer }) => answer.ok)
    expect(accepted).toHaveLength(5)
    await Promise.all(accepted.map((hold, i) => writer(i).end({ id: hold.id, cost: cent, facts: {} })))
    expect((await place(id, cent)).answer).toMatchObject({ ok: false, reason: 'cap_reached' })
    expect(await getAccount(ctx, { subject })).toMatchObject({ monthSpent: 5n * cent, balance: 95n * cent })
  })
})

describe('a hold', () => {
  test('is one hold however often it is asked for, and is ended once', async () => {
    const { id, subject } = await customerWith(cent)
    const again = await Promise.all([0, 1, 0, 1].map((index) => place(id, cent, index, `once-${id}`)))
    expect(again.map(({ answer }) => answer)).toEqual(again.map(() => ({ ok: true, amount: cent })))
    const ends = await Promise.all(
      [3n, 5n, null].map((cost, i) =>
        writer(i).end({ id: `once-${id}`, cost: cost === null ? null : usd(cost), facts: {} }),
      ),
    )
    const [first] = ends
    expect(ends.every((end) => end.state === first?.state && end.posted === first.posted)).toBe(true)
    expect(await getAccount(ctx, { subject })).toMatchObject({ held: 0n, balance: cent - (first?.posted ?? 0n) })
  })

  test('is the same one only while it stands and covers what is asked', async () => {
    const { id } = await customerWith(usd(10n * cent))
    const { id: open } = await place(id, cent)
    expect((await place(id, usd(cent - 1n), 0, open)).answer).toEqual({ ok: true, amount: cent })
    const more = await place(id, usd(cent + 1n), 0, open)
    expect(more.answer).toEqual({ ok: false, reason: 'still_open', affordable: cent })
    const reasonOf = async (hold: string) => (await place(id, cent, 0, hold)).answer
    await writer().end({ id: open, cost: usd(1n), facts: {} })
    expect(await reasonOf(open)).toMatchObject({ ok: false, reason: 'ended_paid' })
    const [voided, expired] = [await place(id, cent), await place(id, cent)]
    await writer().end({ id: voided.id, cost: null, facts: {} })
    await writer().expire(expired.id)
    for (const hold of [voided, expired]) {
      expect(await reasonOf(hold.id)).toEqual({ ok: false, reason: 'ended_free', affordable: 0n })
    }
  })

  test('never takes more than it held: the platform bears the rest', async () => {
    const { id, subject } = await customerWith(usd(10n * cent))
    const { id: hold } = await place(id, cent)
    const ended = await writer().end({ id: hold, cost: usd(3n * cent), facts: {} })
    expect(ended).toEqual({ state: 'posted', posted: cent, beyond: 2n * cent })
    expect(await getAccount(ctx, { subject })).toMatchObject({ balance: 9n * cent })
  })

  test('of somebody else’s request can’t be placed on another account', async () => {
    const [mine, theirs] = [await customerWith(cent), await customerWith(cent)]
    const { id } = await place(mine.id, cent)
    await expect(place(theirs.id, cent, 0, id)).rejects.toThrow(/no account or hold/)
    await writer().end({ id, cost: null, facts: {} })
  })

  test('that nobody ended is resolved from what was metered, and expires only without a trace', async () => {
    const { id, subject } = await customerWith(usd(4n * cent))
    const [traced, lost] = [await place(id, cent), await place(id, cent)]
    now = new Date(now.getTime() + 61_000)
    const young = await place(id, cent)
    const waiting = await place(id, cent, 0, 'not-known-yet')
    const later = { ...ctx, clock: () => new Date(now.getTime() + 60_001) }
    const swept = await sweepHolds(later, writer(), async (holds) =>
      holds.map(({ id: hold }) => {
        if (hold === traced.id) return { kind: 'ended', cost: usd(7n), facts: { source: 'litellm' } }
        return { kind: hold === lost.id ? 'lost' : 'wait' }
      }),
    )
    expect(swept).toBe(2)
    expect(await writer().end({ id: waiting.id, cost: null, facts: {} })).toMatchObject({ state: 'void' })
    expect(await writer().end({ id: lost.id, cost: cent, facts: {} })).toMatchObject({ state: 'expired', posted: 0n })
    expect(await getAccount(ctx, { subject })).toMatchObject({ held: cent, balance: 4n * cent - 7n })
    await writer().end({ id: young.id, cost: null, facts: {} })
  })
})

test('granted credits are used up before bought ones, those first that end first', async () => {
  const { id } = await customerWith(cent)
  for (const [name, days] of [
    ['late', 20],
    ['soon', 10],
  ] as const) {
    const expiresAt = new Date(now.getTime() + days * 86_400_000)
    await grantCredits(ctx, { grantId: `${name}:${id}`, accountId: id, amount: cent, expiresAt, facts: {} })
  }
  const { id: hold } = await place(id, usd(2n * cent))
  await writer().end({ id: hold, cost: usd(cent + 1n), facts: {} })
  const { rows } = await ctx.db.execute(
    sql`select id, remaining from credit_grants where account_id = ${id} order by expires_at`,
  )
  expect(rows).toMatchObject([{ remaining: '0' }, { remaining: (cent - 1n).toString() }])
})

test('granted credits whose time is over pay for nothing, also before they are taken back', async () => {
  const { id, subject } = await customerWith(cent)
  const expiresAt = new Date(now.getTime() + 1_000)
  await grantCredits(ctx, { grantId: `brief:${id}`, accountId: id, amount: cent, expiresAt, facts: {} })
  const late: ServiceContext = { ...ctx, clock: () => new Date(now.getTime() + 2_000) }
  const lateWriter = createHoldWriter(late)
  const ask = (amount: bigint, hold = randomHex(8)) =>
    lateWriter.place({ id: hold, accountId: id, amount: usd(amount), expiresAt: inAMinute(), facts: {} })
  const view = () => describeCredits(withActor(late, { kind: 'account', accountId: id, via: 'session' }))
  expect(await ask(cent + 1n)).toEqual({ ok: false, reason: 'insufficient_credits', affordable: cent })
  expect(await view()).toMatchObject({ account: { balance: 2n * cent }, usable: cent, grants: [] })
  const hold = randomHex(8)
  await ask(cent, hold)
  await lateWriter.end({ id: hold, cost: cent, facts: {} })
  expect(await ask(1n)).toEqual({ ok: false, reason: 'insufficient_credits', affordable: 0n })
  expect(await expireGrants(late)).toBe(1)
  expect(await getAccount(ctx, { subject })).toMatchObject({ balance: 0n, held: 0n })
})
