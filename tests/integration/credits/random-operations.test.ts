import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '#lib/errors/app-error.ts'
import { usd } from '#lib/money/units.ts'
import {
  createHoldWriter,
  creditPurchase,
  expireGrants,
  grantCredits,
  openAccount,
  sweepHolds,
  takeBackPayment,
} from '#services/credits/index.ts'
import { createTestContext } from '#tests/support/context.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'

const OPERATIONS = process.env['TEST_LONG'] ? 10_000 : 3_000
/** Operations that run at the same time. */
const TOGETHER = 100
const ACCOUNTS = 5

const operation = fc.record({
  kind: fc.constantFrom('place', 'place', 'place', 'post', 'post', 'void', 'buy', 'grant', 'dispute', 'tick'),
  account: fc.nat(ACCOUNTS - 1),
  /** Small, so that the same ids are asked for again and again. */
  name: fc.nat(60),
  amount: fc.bigInt(1n, 1_000n).map(usd),
})
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

test(`after ${OPERATIONS} random operations, many at once, debits equal credits and nothing is overspent`, async () => {
  let now = new Date('2026-11-21T12:00:00Z')
  await using opened = await createTestContext({ clock: () => now })
  const { ctx } = opened
  const ids = await Promise.all(
    Array.from({ length: ACCOUNTS }, (_, i) => openAccount(ctx, { subject: `flow:${i}` }).then(({ id }) => id)),
  )
  const writers = [createHoldWriter(ctx), createHoldWriter(ctx)]
  const outcomes = new Map<string, number>()
  const refusals: unknown[] = []

  async function carryOut({ kind, account, name, amount }: Operation, index: number): Promise<unknown> {
    const accountId = ids[account] as string
    const writer = writers[index % 2]
    const id = `${account}-${name}-${Math.floor(index / 1_000)}`
    const expiresAt = new Date(now.getTime() + 30_000)
    if (kind === 'place') return writer?.place({ id, accountId, amount, expiresAt, facts: {} })
    if (kind === 'post' || kind === 'void') return writer?.end({ id, cost: kind === 'post' ? amount : null, facts: {} })
    if (kind === 'buy') return creditPurchase(ctx, { paymentId: id, accountId, from: 'stripe', amount, facts: {} })
    if (kind === 'grant') return grantCredits(ctx, { grantId: id, accountId, amount, expiresAt, facts: {} })
    if (kind === 'dispute') {
      return takeBackPayment(ctx, { returnId: id, accountId, to: 'stripe', why: 'dispute', amount, facts: {} })
    }
    now = new Date(now.getTime() + 1_000)
    await expireGrants(ctx)
    return writer && sweepHolds(ctx, writer, async (holds) => holds.map(() => ({ kind: 'lost' })))
  }

  const seed = Number.parseInt(process.env['TEST_SEED'] ?? `${Date.now() % 2 ** 31}`, 10)
  const operations = fc.sample(operation, { numRuns: OPERATIONS, seed })
  for (let start = 0; start < OPERATIONS; start += TOGETHER) {
    const results = await Promise.allSettled(
      operations.slice(start, start + TOGETHER).map((each, i) => carryOut(each, start + i)),
    )
    for (const [i, result] of results.entries()) {
      const { kind } = operations[start + i] as Operation
      const key = `${kind} ${result.status}`
      outcomes.set(key, (outcomes.get(key) ?? 0) + 1)
      if (result.status === 'rejected') refusals.push(result.reason)
    }
    if (start % 1_000 === 0) await expectBooksBalance(ctx)
  }
  await expectBooksBalance(ctx)
  // What is refused is refused in words: the same id for something else, or a hold that nobody placed.
  const codes = new Set(refusals.map((reason) => (reason instanceof AppError ? reason.code : reason)))
  expect([...codes].sort(), `seed ${seed}`).toEqual(['idempotency_conflict', 'internal'])
  expect(outcomes.get('buy rejected') ?? 0, `seed ${seed}`).toBeGreaterThan(0)
  for (const kind of ['place', 'post', 'void', 'buy', 'grant', 'dispute', 'tick']) {
    expect(outcomes.get(`${kind} fulfilled`) ?? 0, `${kind}, seed ${seed}`).toBeGreaterThan(20)
  }
})

test('books that were made to drift are noticed', async () => {
  await using opened = await createTestContext()
  const { ctx } = opened
  const { id } = await openAccount(ctx, { subject: 'flow:drift' })
  await creditPurchase(ctx, { paymentId: 'p', accountId: id, from: 'stripe', amount: usd(100n), facts: {} })
  await expectBooksBalance(ctx)
  await ctx.db.execute(sql`alter table credit_accounts disable trigger credit_accounts_sums`)
  await ctx.db.execute(sql`update credit_accounts set balance = balance + 1 where id = ${id}`)
  await expect(expectBooksBalance(ctx)).rejects.toThrow(/expected/)
})
