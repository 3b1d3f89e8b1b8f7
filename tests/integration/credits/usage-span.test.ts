import { afterAll, beforeAll, expect, test } from 'vitest'
import { usd } from '#lib/money/units.ts'
import { createHoldWriter, creditPurchase, openAccount, summarizeUsage } from '#services/credits/index.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'

const [NOVEMBER, DECEMBER, JANUARY] = [new Date('2026-11-01'), new Date('2026-12-01'), new Date('2027-01-01')]
let opened: TestContext
let now = new Date('2026-11-30T23:59:59Z')

beforeAll(async () => {
  opened = await createTestContext({ clock: () => now })
})
afterAll(() => opened[Symbol.asyncDispose]())

test('a request that was sent before a month’s end is of that month’s usage, whenever it was answered', async () => {
  const system = { ...opened.ctx, actor: { kind: 'system', job: 'test' } as const }
  const { id: accountId } = await openAccount(system, { subject: 'flow:0x0000000000000001' })
  const payment = { paymentId: randomHex(8), accountId, from: 'stripe', facts: {} } as const
  await creditPurchase(system, { ...payment, amount: usd(1_000n) })
  const [id, writer] = [randomHex(16), createHoldWriter(system)]
  await writer.place({ id, accountId, amount: usd(500n), expiresAt: new Date('2026-12-01T01:00:00Z'), facts: {} })
  now = new Date('2026-12-01T00:00:01Z')
  await writer.end({ id, accountId, cost: usd(300n), facts: { provider: 'openai', model: 'gpt-4o' } })

  const account = { ...opened.ctx, actor: { kind: 'account', accountId, via: 'session' } as const }
  expect(await summarizeUsage(account, { from: NOVEMBER, to: DECEMBER })).toMatchObject({
    total: 300n,
    lines: [{ model: 'gpt-4o', requests: 1n, cost: 300n }],
  })
  expect(await summarizeUsage(account, { from: DECEMBER, to: JANUARY })).toEqual({ total: 0n, lines: [] })
})
