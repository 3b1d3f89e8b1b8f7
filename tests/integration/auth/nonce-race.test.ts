import { and, eq, isNull } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { issueNonce } from '#services/auth/index.ts'
import { takeNonce } from '#services/auth/store.ts'
import { hmacHex } from '#services/platform/crypto/hash.ts'
import { nonces } from '#services/platform/db/schema/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'

const USES = 64
let world: TestContext

beforeAll(async () => {
  world = await createTestContext({ actor: { kind: 'anonymous' } })
})
afterAll(() => world[Symbol.asyncDispose]())

type Take = (key: Parameters<typeof takeNonce>[1]) => Promise<unknown>

/** How many of 64 parallel uses of one nonce succeed. */
async function race(take: Take): Promise<number> {
  const { ctx } = world
  const issued = await issueNonce(ctx, { origin: 'http://localhost:3003', browserToken: null })
  const secret = ctx.env.app.sessionSecret
  const key = {
    nonceHash: hmacHex(secret, issued.nonce),
    browserHash: hmacHex(secret, issued.browserToken),
    deploymentId: ctx.deploymentId,
    network: 'emulator',
  }
  const taken = await Promise.all(Array.from({ length: USES }, () => take(key)))
  return taken.filter((row) => row !== null).length
}

test('of 64 parallel uses of a nonce exactly one succeeds', async () => {
  for (let round = 0; round < 5; round += 1) {
    expect(await race((key) => takeNonce(world.ctx.db, key, world.ctx.clock()))).toBe(1)
  }
})

test('the same race finds the fault of looking first and marking afterwards', async () => {
  const { db } = world.ctx
  const inTwoSteps: Take = async ({ nonceHash }) => {
    const unused = and(eq(nonces.nonceHash, nonceHash), isNull(nonces.usedAt))
    const [found] = await db.select().from(nonces).where(unused)
    if (!found) return null
    await db.update(nonces).set({ usedAt: world.ctx.clock() }).where(eq(nonces.nonceHash, nonceHash))
    return found
  }
  expect(await race(inTwoSteps)).toBeGreaterThan(1)
})
