import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { enterAccount, forgetVisitors } from '#services/accounts/index.ts'
import { expireGrants, getAccount } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { creditAccounts, welcomeGrants } from '#services/platform/db/schema/index.ts'
import { contextOn, createTestContext, type TestContext } from '#tests/support/context.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import { databaseWithoutTurns } from '#tests/support/planted-locks.ts'

const WELCOME = parseUsd('2')
const DAY_MS = 86_400_000

let opened: TestContext
let ctx: ServiceContext
let now: Date

async function open(variables: Record<string, string> = {}): Promise<void> {
  const defaults = { WELCOME_CREDITS_USD: '2', WELCOME_BUDGET_USD: '10', WELCOME_DAYS: '30' }
  opened = await createTestContext({ clock: () => now, variables: { ...defaults, ...variables } })
  ctx = opened.ctx
}

beforeEach(async () => {
  now = new Date('2026-11-21T12:00:00Z')
  await open()
})
afterEach(async () => {
  await expectBooksBalance(ctx)
  await opened[Symbol.asyncDispose]()
})

let count = 0
/** A new address of the network for each visitor, unless the test is about it. */
const nextAddress = (): string => `198.51.100.${(count += 1) % 256}`

const wallet = (more = {}) =>
  ({ subject: `flow:${randomHex(8)}`, networkAddress: nextAddress(), verifiedEmail: null, ...more }) as const
const person = (verifiedEmail: string | null, more = {}) =>
  ({
    subject: `oidc:https://id.example|${randomHex(8)}`,
    networkAddress: nextAddress(),
    verifiedEmail,
    ...more,
  }) as const
const outcomeOf = async (accountId: string) =>
  (await ctx.db.select().from(welcomeGrants).where(eq(welcomeGrants.accountId, accountId)))[0]?.outcome

describe('the first sign-in', () => {
  test('opens the account in the free tier with its welcome, which ends', async () => {
    const account = await enterAccount(ctx, wallet())
    expect(account).toMatchObject({ tier: 'free', status: 'open', balance: WELCOME })
    now = new Date(now.getTime() + 31 * DAY_MS)
    expect(await expireGrants(ctx)).toBe(1)
    expect(await getAccount(ctx, { subject: account.subject })).toMatchObject({ balance: 0n })
  })

  test('is one, however often and at once it comes', async () => {
    const visitor = wallet()
    const entered = await Promise.all(Array.from({ length: 20 }, () => enterAccount(ctx, visitor)))
    expect(new Set(entered.map(({ id }) => id)).size).toBe(1)
    now = new Date(now.getTime() + DAY_MS)
    expect(await enterAccount(ctx, { ...visitor, networkAddress: nextAddress() })).toMatchObject({ balance: WELCOME })
  })

  test('that is cut off before the welcome is noted leaves no account, and works when it is tried again', async () => {
    const visitor = wallet()
    await ctx.db.execute(`alter table welcome_grants add constraint cut_off check (outcome <> 'given') not valid`)
    await expect(enterAccount(ctx, visitor)).rejects.toThrow(/welcome_grants/)
    expect(await ctx.db.select().from(creditAccounts)).toEqual([])
    await ctx.db.execute('alter table welcome_grants drop constraint cut_off')
    expect(await enterAccount(ctx, visitor)).toMatchObject({ balance: WELCOME })
  })
})

describe('whoever opens many accounts', () => {
  test('is given one welcome a network address and day, also at once', async () => {
    const networkAddress = '203.0.113.9'
    const accounts = await Promise.all(Array.from({ length: 12 }, () => enterAccount(ctx, wallet({ networkAddress }))))
    expect(accounts.filter(({ balance }) => balance > 0n)).toHaveLength(1)
    const refused = accounts.find(({ balance }) => balance === 0n)
    expect(await outcomeOf(refused?.id ?? '')).toBe('address')
    now = new Date(now.getTime() + DAY_MS)
    expect(await enterAccount(ctx, wallet({ networkAddress }))).toMatchObject({ balance: WELCOME })
  })

  test('is one visitor under all addresses of an IPv6 /64', async () => {
    const balances = []
    for (const host of ['1', '2', 'ffff:1']) {
      const { balance } = await enterAccount(ctx, wallet({ networkAddress: `2001:db8:0:7::${host}` }))
      balances.push(balance)
    }
    expect(balances).toEqual([WELCOME, 0n, 0n])
  })

  test('shares one welcome with all whose address nobody can say', async () => {
    const [first, second] = [
      await enterAccount(ctx, wallet({ networkAddress: null })),
      await enterAccount(ctx, wallet({ networkAddress: 'made up' })),
    ]
    expect([first.balance, second.balance]).toEqual([WELCOME, 0n])
  })

  test('can take no more than the day’s budget, also at once', async () => {
    const accounts = await Promise.all(Array.from({ length: 20 }, () => enterAccount(ctx, wallet())))
    const given = accounts.reduce((sum, { balance }) => usd(sum + balance), usd(0n))
    expect(given).toBe(parseUsd('10'))
    now = new Date(now.getTime() + DAY_MS)
    expect(await enterAccount(ctx, wallet())).toMatchObject({ balance: WELCOME })
  })

  test('is given one a mailbox, however the address is written and whenever', async () => {
    const first = await enterAccount(ctx, person('Jo.Doe@gmail.com'))
    now = new Date(now.getTime() + 40 * DAY_MS)
    const others = await Promise.all(
      ['jodoe+a@gmail.com', 'J.O.Doe@googlemail.com'].map((email) => enterAccount(ctx, person(email))),
    )
    expect([first.balance, ...others.map(({ balance }) => balance)]).toEqual([WELCOME, 0n, 0n])
    expect(await outcomeOf(others[0]?.id ?? '')).toBe('email')
  })

  test('with an identity provider is given none without a verified address', async () => {
    for (const email of [null, 'no address']) {
      const account = await enterAccount(ctx, person(email))
      expect([account.balance, await outcomeOf(account.id)]).toEqual([0n, 'unverified'])
    }
  })
})

test('the operator may give none, and more to each network address', async () => {
  await opened[Symbol.asyncDispose]()
  await open({ WELCOME_CREDITS_USD: '0' })
  const none = await enterAccount(ctx, wallet())
  expect([none.balance, await outcomeOf(none.id)]).toEqual([0n, 'off'])
  await opened[Symbol.asyncDispose]()
  await open({ WELCOME_PER_ADDRESS: '2' })
  const networkAddress = '203.0.113.9'
  const accounts = await Promise.all(Array.from({ length: 5 }, () => enterAccount(ctx, wallet({ networkAddress }))))
  expect(accounts.filter(({ balance }) => balance > 0n)).toHaveLength(2)
})

test('of where somebody came from, nothing can be read, and nothing is left the day after', async () => {
  const account = await enterAccount(ctx, wallet({ networkAddress: '203.0.113.9' }))
  const hashes = async () => (await ctx.db.select().from(welcomeGrants)).map(({ addressHash }) => addressHash)
  expect(await hashes()).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)])
  await forgetVisitors(ctx)
  expect(await hashes()).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)])
  now = new Date(now.getTime() + DAY_MS)
  await forgetVisitors(ctx)
  expect(await hashes()).toEqual([''])
  expect(await outcomeOf(account.id)).toBe('given')
})

test('decisions that don’t take turns would give one address more than its share', async () => {
  await opened[Symbol.asyncDispose]()
  const variables = { WELCOME_CREDITS_USD: '2', WELCOME_BUDGET_USD: '1000' }
  opened = await contextOn(await databaseWithoutTurns(), { clock: () => now, variables })
  ctx = opened.ctx
  const networkAddress = '203.0.113.9'
  const accounts = await Promise.all(Array.from({ length: 40 }, () => enterAccount(ctx, wallet({ networkAddress }))))
  expect(accounts.filter(({ balance }) => balance > 0n).length).toBeGreaterThan(1)
})
