import { beforeEach, expect, test } from 'vitest'
import { changeLimit, createLimit, createLimitChecker } from '#services/limits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { limitChecks } from '#services/platform/db/schema/index.ts'
import { asUser, OPERATOR_ADDRESS, ownersChain } from '#tests/support/alerts.ts'
import { createTestContext } from '#tests/support/context.ts'
import { told, tokenLimit, use } from '#tests/support/limits.ts'
import { giveKey } from '#tests/support/usage-events.ts'

let ctx: ServiceContext
let now: Date
let keyHash: string
beforeEach(async () => {
  now = new Date('2026-11-20T10:00:00Z')
  const opened = await createTestContext({ chain: ownersChain({}).chain, clock: () => now })
  ctx = opened.ctx
  keyHash = await giveKey(ctx, 7n)
  return () => opened[Symbol.asyncDispose]()
})

const operator = (): ServiceContext => asUser(ctx, OPERATOR_ADDRESS)

test('late usage tells no threshold of the window before by an amount that stood only after it', async () => {
  const { limit } = await createLimit(operator(), tokenLimit())
  await use(ctx, keyHash, 400, { endUser: 'ann' })
  now = new Date('2026-11-21T10:00:00Z')
  await changeLimit(operator(), { id: limit.id, amount: '300' })
  await createLimitChecker()(ctx)
  expect(await told(ctx)).toEqual([])
})

test('accounts that are used all the time delay neither others nor the limits over all accounts', async () => {
  const keys = new Map([[7n, keyHash]])
  for (const vaultId of [8n, 9n]) keys.set(vaultId, await giveKey(ctx, vaultId))
  for (const account of [...keys.keys()].map((vaultId) => `vault:${vaultId}`)) {
    await createLimit(operator(), tokenLimit({ account }))
  }
  const { limit } = await createLimit(operator(), tokenLimit({ account: null }))
  const checkTwo = createLimitChecker(2)
  for (let round = 0; round < 2; round += 1) {
    for (const hash of keys.values()) await use(ctx, hash, 10, { endUser: 'ann' })
    await checkTwo(ctx)
  }
  const checked = await ctx.db.select().from(limitChecks)
  expect(checked).toHaveLength(4)
  expect(checked.map(({ limitId }) => limitId)).toContain(limit.id)
})
