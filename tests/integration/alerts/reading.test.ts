import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAlerts, raiseAlerts, readAlerts } from '#services/alerts/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import {
  ANN,
  asUser,
  BEN,
  deliverAll,
  operatorAlert,
  OPERATOR_ADDRESS,
  ownersChain,
  someAlert,
} from '#tests/support/alerts.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'

let opened: TestContext
let ctx: ServiceContext
let now = new Date('2026-11-20T10:00:00Z')
beforeAll(async () => {
  opened = await createTestContext({ chain: ownersChain({ 7: ANN, 8: BEN }).chain, clock: () => now })
  ctx = opened.ctx
})
afterAll(() => opened[Symbol.asyncDispose]())

const listOf = (address: string, after?: string) => listAlerts(asUser(ctx, address), { after })
const kindsOf = async (address: string): Promise<string[]> =>
  (await listOf(address)).alerts.map(({ sentence }) => sentence)

test('an owner sees their own, the operator the installation’s, and nobody those of others', async () => {
  await raiseAlerts(ctx, [someAlert({ sentence: 'ann' }), someAlert({ account: 'vault:8', sentence: 'ben' })])
  await raiseAlerts(ctx, [operatorAlert({ sentence: 'operator' })])
  await deliverAll(ctx)
  expect(await kindsOf(ANN)).toEqual(['ann'])
  expect(await kindsOf(BEN)).toEqual(['ben'])
  expect(await kindsOf(OPERATOR_ADDRESS)).toEqual(['operator'])
  expect((await listOf(OPERATOR_ADDRESS)).alerts).toMatchObject([{ forOperator: true }])
  await expect(listAlerts({ ...ctx, actor: { kind: 'anonymous' } }, {})).rejects.toMatchObject({
    code: 'session_required',
  })
})

test('marking as read is for one’s own alone, and may be repeated', async () => {
  const [ann] = (await listOf(ANN)).alerts
  expect((await listOf(ANN)).unread).toBe(1)
  await readAlerts(asUser(ctx, BEN), { ids: [ann?.id ?? ''] })
  expect((await listOf(ANN)).unread).toBe(1)
  expect(await readAlerts(asUser(ctx, ANN), { ids: [ann?.id ?? ''] })).toEqual({ unread: 0 })
  const readAt = (await listOf(ANN)).alerts[0]?.readAt
  now = new Date(now.getTime() + 60_000)
  expect(await readAlerts(asUser(ctx, ANN), {})).toEqual({ unread: 0 })
  expect((await listOf(ANN)).alerts[0]?.readAt).toBe(readAt)
})

test('of several that are raised together, the last stands first', async () => {
  await raiseAlerts(
    ctx,
    ['half', 'most', 'all'].map((sentence) => someAlert({ account: 'vault:8', sentence })),
  )
  await deliverAll(ctx)
  expect((await kindsOf(BEN)).slice(0, 3)).toEqual(['all', 'most', 'half'])
})

test('pages go on where the last one ended, also among alerts of one moment', async () => {
  const many = Array.from({ length: 120 }, (_, i) => someAlert({ sentence: `number ${i}` }))
  await raiseAlerts(ctx, many)
  await deliverAll(ctx)
  const seen: string[] = []
  let after: string | undefined
  do {
    const page = await listOf(ANN, after)
    expect(page.alerts.length).toBeLessThanOrEqual(50)
    expect(page.unread).toBe(100)
    seen.push(...page.alerts.map(({ id }) => id))
    after = page.next ?? undefined
  } while (after !== undefined)
  expect(seen).toHaveLength(121)
  expect(new Set(seen).size).toBe(121)
  await expect(listOf(ANN, 'nonsense')).rejects.toMatchObject({ code: 'invalid_request' })
})
