import { eq, sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import {
  createHoldWriter,
  creditPurchase,
  expireGrants,
  getAccount,
  grantCredits,
  listHistory,
  openAccount,
  takeBackPayment,
} from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { creditAccounts, ledgerTransfers } from '#services/platform/db/schema/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'

let opened: TestContext
let ctx: ServiceContext
let now = new Date('2026-11-21T12:00:00Z')

beforeAll(async () => {
  opened = await createTestContext({ clock: () => now })
  ctx = opened.ctx
})
afterEach(() => expectBooksBalance(ctx))
afterAll(() => opened[Symbol.asyncDispose]())

const dollar = parseUsd('1')
const newSubject = (): string => `flow:${randomHex(8)}`
const buy = (accountId: string, amount = dollar, paymentId = randomHex(8)) =>
  creditPurchase(ctx, { paymentId, accountId, from: 'stripe', amount, facts: {} })
const takeBack = (accountId: string, amount = dollar, returnId = randomHex(8)) =>
  takeBackPayment(ctx, { returnId, accountId, to: 'stripe', why: 'dispute', amount, facts: {} })

/** What the database says to a statement that breaks a law of the ledger. */
async function refusal(statement: ReturnType<typeof sql>): Promise<string> {
  const error = await ctx.db.execute(statement).then(
    () => null,
    (cause: unknown) => cause,
  )
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
}

describe('an account', () => {
  test('opens once however many sign-ins come at the same time', async () => {
    const subject = newSubject()
    const opens = await Promise.all(Array.from({ length: 20 }, () => openAccount(ctx, { subject })))
    expect(new Set(opens.map(({ id }) => id)).size).toBe(1)
  })

  test('is credited once for a payment, however often it is told', async () => {
    const { id, subject } = await openAccount(ctx, { subject: newSubject() })
    const told = await Promise.all(Array.from({ length: 10 }, () => buy(id, dollar, `pi-${id}`)))
    expect(told.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(await getAccount(ctx, { subject })).toMatchObject({ balance: dollar })
    await expect(buy(id, usd(2n * dollar), `pi-${id}`)).rejects.toMatchObject({ code: 'idempotency_conflict' })
  })

  test('that disputes what it has spent owes it, is frozen, and opens when a purchase paid it', async () => {
    const { id, subject } = await openAccount(ctx, { subject: newSubject() })
    await buy(id)
    const writer = createHoldWriter(ctx)
    const hold = { accountId: id, amount: dollar, expiresAt: new Date(now.getTime() + 1_000), facts: {} }
    await writer.place({ ...hold, id: `spent-${id}` })
    await writer.end({ id: `spent-${id}`, cost: usd((dollar * 3n) / 4n), facts: {} })
    const [first, ...others] = [await takeBack(id, dollar, `dp-${id}`), await takeBack(id, dollar, `dp-${id}`)]
    expect(first).toEqual({ isNew: true, owed: (dollar * 3n) / 4n })
    expect(others).toEqual([{ isNew: false, owed: (dollar * 3n) / 4n }])
    expect(await writer.place({ ...hold, amount: usd(1n), id: `frozen-${id}` })).toMatchObject({
      reason: 'account_frozen',
    })
    await buy(id)
    const after = { balance: dollar / 4n, receivable: 0n, status: 'open' }
    expect(await getAccount(ctx, { subject })).toMatchObject(after)
  })
})

describe('granted credits', () => {
  test('are given once and end at their time, but for what is held or used', async () => {
    const { id, subject } = await openAccount(ctx, { subject: newSubject() })
    const expiresAt = new Date(now.getTime() + 10_000)
    const grant = { grantId: `welcome:${id}`, accountId: id, amount: dollar, expiresAt, facts: {} }
    expect(await Promise.all([grantCredits(ctx, grant), grantCredits(ctx, grant)])).toContainEqual({ isNew: false })
    const writer = createHoldWriter(ctx)
    const held = { id: `held-${id}`, accountId: id, amount: usd(300n), expiresAt, facts: {} }
    await writer.place(held)
    now = new Date(now.getTime() + 11_000)
    expect(await expireGrants(ctx)).toBe(1)
    expect(await getAccount(ctx, { subject })).toMatchObject({ balance: 300n, held: 300n })
    await writer.end({ id: held.id, cost: usd(100n), facts: {} })
    expect(await expireGrants(ctx)).toBe(1)
    expect(await expireGrants(ctx)).toBe(0)
    expect(await getAccount(ctx, { subject })).toMatchObject({ balance: 0n, held: 0n })
  })
})

test('grants that can’t end now, however many, keep none behind them from ending', async () => {
  const expiresAt = new Date(now.getTime() + 10_000)
  const { id: stuck } = await openAccount(ctx, { subject: newSubject() })
  const grant = { accountId: stuck, amount: usd(1n), expiresAt, facts: {} }
  for (let i = 0; i < 120; i += 1) await grantCredits(ctx, { ...grant, grantId: `bonus:a${i}:${stuck}` })
  await createHoldWriter(ctx).place({ id: `held-${stuck}`, accountId: stuck, amount: usd(120n), expiresAt, facts: {} })
  const { id, subject } = await openAccount(ctx, { subject: newSubject() })
  await grantCredits(ctx, { ...grant, accountId: id, grantId: `bonus:z:${id}` })
  now = new Date(now.getTime() + 11_000)
  expect(await expireGrants(ctx)).toBe(1)
  expect(await getAccount(ctx, { subject })).toMatchObject({ balance: 0n })
})

describe('the database itself refuses', () => {
  test('an edited, deleted or emptied ledger', async () => {
    const { id } = await openAccount(ctx, { subject: newSubject() })
    await buy(id)
    const edits = [
      sql`update ledger_transfers set amount = 1 where account_id = ${id}`,
      sql`delete from ledger_transfers where account_id = ${id}`,
      sql`truncate ledger_transfers cascade`,
    ]
    for (const edit of edits) expect(await refusal(edit)).toMatch(/never edited/)
  })

  test('a balance that follows from no transfer, and one below zero', async () => {
    const { id } = await openAccount(ctx, { subject: newSubject() })
    expect(await refusal(sql`update credit_accounts set balance = 5 where id = ${id}`)).toMatch(/follow from/)
    expect(await refusal(sql`update credit_accounts set held = -5 where id = ${id}`)).toMatch(/follow from/)
    expect(await refusal(sql`update credit_months set spent = 0`)).toMatch(/follow from/)
    const overdraw = ctx.db.insert(ledgerTransfers).values({
      id: `overdraw-${id}`,
      accountId: id,
      debit: `customer:${id}`,
      credit: 'revenue',
      amount: 1n,
      kind: 'usage',
      period: 202_611,
      facts: {},
      createdAt: now,
    })
    await expect(overdraw).rejects.toMatchObject({ cause: { constraint: 'credit_accounts_never_overspent' } })
  })

  test('a transfer between two customers, or from one to itself', async () => {
    const [mine, theirs] = [
      await openAccount(ctx, { subject: newSubject() }),
      await openAccount(ctx, { subject: newSubject() }),
    ]
    await buy(theirs.id)
    const [from, to] = [`customer:${theirs.id}`, `customer:${mine.id}`]
    const steal = sql`
      insert into ledger_transfers (id, account_id, debit, credit, amount, kind, period, facts, created_at)
      values ('steal', ${mine.id}, ${from}, ${to}, 1, 'refund', 202611, '{}', now())`
    expect(await refusal(steal)).toMatch(/ledger_transfers_books/)
  })
})

test('the history is told page by page, newest first, each line once', async () => {
  const { id } = await openAccount(ctx, { subject: newSubject() })
  for (let i = 0; i < 7; i += 1) await buy(id)
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof listHistory>> = await listHistory(ctx, { accountId: id, cursor, limit: 3 })
    seen.push(...page.lines.map((line) => line.id))
    cursor = page.next
  } while (cursor)
  expect(new Set(seen).size).toBe(7)
  expect(seen).toHaveLength(7)
  await expect(listHistory(ctx, { accountId: id, cursor: 'made-up', limit: 3 })).rejects.toThrow(/cursor/)
  const rows = await ctx.db.select().from(creditAccounts).where(eq(creditAccounts.id, id))
  expect(rows).toHaveLength(1)
})
