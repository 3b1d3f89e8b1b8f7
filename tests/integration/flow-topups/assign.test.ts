import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { usd } from '#lib/money/units.ts'
import { creditPurchase, getAccount, listHistory, openAccount, takeBackPayment } from '#services/credits/index.ts'
import { assignTopup, listTopups, listUnassigned } from '#services/flow-topups/index.ts'
import { creditTopups } from '#services/flow-topups/credit-topups.ts'
import { insertTopups, markCredited, type NewTopup } from '#services/flow-topups/store.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { deployments, flowTopups } from '#services/platform/db/schema/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'

const RATE = 150_000_000n
const WORTH = usd(300_000_000n)
let opened: TestContext
let ctx: ServiceContext
let height = 100

beforeAll(async () => {
  opened = await createTestContext({})
  ctx = { ...opened.ctx, actor: { kind: 'system', job: 'test' } }
})
afterEach(() => expectBooksBalance(ctx))
afterAll(() => opened[Symbol.asyncDispose]())

/** 2 FLOW that arrived, worth 3 USD; of nobody whom the chain tells unless a sender is given. */
async function arrive(more: Partial<NewTopup> = {}): Promise<string> {
  const [txId, eventIndex] = [randomHex(32), 4]
  const { deploymentId } = ctx
  height += 1
  const place = { id: `${deploymentId}:${txId}:${eventIndex}`, deploymentId, txId, eventIndex, blockHeight: height }
  const priced = { state: 'priced', usd: WORTH, usdPerFlow: RATE } as const
  const row = { ...place, blockTime: new Date(), fromAddress: null, vaultId: null, amount: 200_000_000n, ...priced }
  await insertTopups(ctx.db, [{ ...row, ...more }])
  return `${txId}:${eventIndex}`
}
const newAccount = async (address = `0x${randomHex(8)}`) => {
  const subject = `flow:${address}`
  return { address, ...(await openAccount(ctx, { subject })) }
}
const assign = (topupId: string, accountId: string, reason = 'Sent from an exchange') =>
  assignTopup(ctx, { topupId, accountId, reason })
const balanceOf = async ({ subject }: { subject: string }) => (await getAccount(ctx, { subject })).balance
const listed = async () => (await listUnassigned(ctx, { after: null, limit: 100 })).topups.map(({ id }) => id)
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: { code?: string }) => error.code,
  )

test('FLOW of an unknown sender is credited to the account that the admin names, in the ledger with the reason', async () => {
  const account = await newAccount()
  const topupId = await arrive()
  expect(await listed()).toContain(topupId)
  expect(await assign(topupId, account.id)).toEqual({ isNew: true })
  expect(await listed()).not.toContain(topupId)
  expect(await balanceOf(account)).toBe(WORTH)
  const { lines } = await listHistory(ctx, { accountId: account.id, cursor: null, limit: 5, kinds: null })
  expect(lines).toMatchObject([
    {
      kind: 'purchase',
      debit: 'flow',
      amount: WORTH,
      facts: { method: 'flow', reason: 'Sent from an exchange', by: 'command:test' },
    },
  ])
  expect(await listTopups(ctx, account.id)).toMatchObject([{ id: topupId, state: 'credited' }])
})

/** Credits what several ask for at once; how many of them were told that it is new. */
async function race(book: typeof assign): Promise<{ isNew: number; codes: Set<unknown>; credited: bigint }> {
  const topupId = await arrive()
  const accounts = [await newAccount(), await newAccount()]
  const outcomes = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      book(topupId, accounts[i % 2]?.id ?? '').catch((error: { code?: string }) => ({
        isNew: false,
        code: error.code,
      })),
    ),
  )
  const balances = await Promise.all(accounts.map(balanceOf))
  return {
    isNew: outcomes.filter(({ isNew }) => isNew).length,
    codes: new Set(outcomes.flatMap((outcome) => ('code' in outcome ? [outcome.code] : []))),
    credited: balances.reduce((sum, balance) => sum + balance, 0n),
  }
}

test('of twelve assignments at once, to two accounts, one credits', async () => {
  expect(await race(assign)).toEqual({ isNew: 1, codes: new Set(['topup_taken']), credited: WORTH })
})

test('the planted bug: an assignment that doesn’t lock what it credits credits it more than once', async () => {
  const careless = async (topupId: string, accountId: string) => {
    const id = `${ctx.deploymentId}:${topupId}`
    const paymentId = `${id}:${accountId}`
    const { isNew } = await creditPurchase(ctx, { paymentId, accountId, from: 'flow', amount: WORTH, facts: {} })
    await markCredited(ctx.db, id, { accountId, creditedAt: new Date() })
    return { isNew }
  }
  expect((await race(careless)).credited).toBeGreaterThan(WORTH)
})

test('a second click credits nothing, and another account nothing either', async () => {
  const [account, other] = [await newAccount(), await newAccount()]
  const topupId = await arrive()
  await assign(topupId, account.id)
  expect(await assign(topupId, account.id, 'Again')).toEqual({ isNew: false })
  expect(await codeOf(assign(topupId, other.id))).toBe('topup_taken')
  expect([await balanceOf(account), await balanceOf(other)]).toEqual([WORTH, 0n])
})

test('a sender who has an account is credited, and nobody else', async () => {
  const [sender, other] = [await newAccount(), await newAccount()]
  const topupId = await arrive({ fromAddress: sender.address })
  expect(await listed()).not.toContain(topupId)
  expect(await codeOf(assign(topupId, other.id))).toBe('topup_taken')
  await Promise.all([creditTopups(ctx), assign(topupId, sender.id), creditTopups(ctx)])
  expect([await balanceOf(sender), await balanceOf(other)]).toEqual([WORTH, 0n])
})

test('a sender who opens an account after an assignment gets and sees nothing of it', async () => {
  const address = `0x${randomHex(8)}`
  const account = await newAccount()
  const topupId = await arrive({ fromAddress: address })
  await assign(topupId, account.id)
  const sender = await newAccount(address)
  await creditTopups(ctx)
  expect([await balanceOf(account), await balanceOf(sender)]).toEqual([WORTH, 0n])
  expect(await listTopups(ctx, sender.id)).toEqual([])
})

test('what has no price or is worth nothing can’t be assigned, nor what never arrived, nor to nobody', async () => {
  const account = await newAccount()
  const waiting = await arrive({ state: 'waiting', usd: null, usdPerFlow: null })
  const tooSmall = await arrive({ state: 'too_small', usd: 0n })
  expect(await listed()).toContain(waiting)
  expect(await listed()).not.toContain(tooSmall)
  const priced = await arrive()
  const tries = [
    [waiting, account.id, 'topup_unpriced'],
    [tooSmall, account.id, 'topup_unpriced'],
    [`${'0'.repeat(64)}:0`, account.id, 'not_found'],
    [priced, 'cr_of_nobody', 'not_found'],
  ] as const
  for (const [topupId, accountId, code] of tries) expect(await codeOf(assign(topupId, accountId))).toBe(code)
  expect(await balanceOf(account)).toBe(0n)
  expect(await listed()).toContain(priced)
})

test('what the customer owes after a dispute is paid first, as by any payment', async () => {
  const account = await newAccount()
  const debt = usd(100_000_000n)
  const dispute = { returnId: randomHex(8), to: 'stripe', why: 'dispute', amount: debt, facts: {} } as const
  await takeBackPayment(ctx, { ...dispute, accountId: account.id })
  await assign(await arrive(), account.id)
  expect(await getAccount(ctx, account)).toMatchObject({ status: 'open', receivable: 0n, balance: WORTH - debt })
})

test('only the admin lists and assigns', async () => {
  const account = await newAccount()
  const topupId = await arrive()
  const holder: ServiceContext = { ...ctx, actor: { kind: 'account', accountId: account.id, via: 'oidc' } }
  expect(await codeOf(listUnassigned(holder, { after: null, limit: 5 }))).toBe('session_required')
  const own = { topupId, accountId: account.id, reason: 'Mine' }
  expect(await codeOf(assignTopup(holder, own))).toBe('session_required')
  expect(await balanceOf(account)).toBe(0n)
})

test('pages of the list have each arrival once, newest first', async () => {
  for (let i = 0; i < 5; i += 1) await arrive()
  const all = await listed()
  const paged: string[] = []
  let after: Parameters<typeof listUnassigned>[1]['after'] = null
  do {
    const page: Awaited<ReturnType<typeof listUnassigned>> = await listUnassigned(ctx, { after, limit: 2 })
    paged.push(...page.topups.map(({ id }) => id))
    after = page.next
  } while (after !== null)
  expect(paged).toEqual(all)
})

test('FLOW that is read again under contracts deployed anew is credited once, and what waited is not lost', async () => {
  const credited = await newAccount()
  const late = `0x${randomHex(8)}`
  const arrivals = [await arrive({ fromAddress: credited.address }), await arrive({ fromAddress: late })]
  await creditTopups(ctx)
  const deploymentId = randomHex(16)
  const anew: ServiceContext = { ...ctx, deploymentId }
  await ctx.db.insert(deployments).values({ id: deploymentId, network: 'emulator', contractAddress: '0x02' })
  const rows = await ctx.db.select().from(flowTopups)
  const again = rows
    .filter(({ txId, eventIndex }) => arrivals.includes(`${txId}:${eventIndex}`))
    .map((row): NewTopup => ({ ...row, deploymentId, id: `${deploymentId}:${row.txId}`, state: 'priced' }))
  expect(await insertTopups(ctx.db, again)).toBe(0)
  const other = await newAccount(late)
  await creditTopups(anew)
  expect([await balanceOf(credited), await balanceOf(other)]).toEqual([WORTH, WORTH])
})
