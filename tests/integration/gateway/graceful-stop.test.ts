import { expect, onTestFinished, test } from 'vitest'
import { createAccountKey, newAccountKey } from '#services/account-keys/index.ts'
import { creditPurchase, openAccount } from '#services/credits/index.ts'
import { runGateway } from '#services/gateway-server/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { loadEnv } from '#services/platform/env.ts'
import { startBareUpstream } from '#tests/support/bare-upstream.ts'
import { contextOn } from '#tests/support/context.ts'
import { cents, widePrices } from '#tests/support/gateway-world.ts'
import { type Relay, startRelay } from '#tests/support/relay.ts'
import { createTestDatabase, useChain, useRedis } from '#tests/support/stack.ts'

/** Stands in front of a server, and counts who is connected. */
async function doorTo(url: string): Promise<Relay> {
  const relay = await startRelay(Number(new URL(url).port))
  onTestFinished(() => relay.close())
  return relay
}

async function keyOfCustomer(ctx: ServiceContext): Promise<string> {
  const { id } = await openAccount(ctx, { subject: `flow:0x${randomHex(8)}` })
  await creditPurchase(ctx, { paymentId: randomHex(8), accountId: id, from: 'stripe', amount: cents(100), facts: {} })
  const holder = withActor(ctx, { kind: 'account', accountId: id, via: 'session' })
  const { secret } = await createAccountKey(holder, { ...newAccountKey.parse({ name: 'k' }), requestKey: randomHex(8) })
  return secret ?? ''
}

test('a gateway that is stopped answers what is under way, and lets go of Redis, LiteLLM and the database', async () => {
  const upstream = await startBareUpstream()
  onTestFinished(() => upstream.close())
  upstream.plan.delayMs = 1_500
  const [{ url }, { accessNode, contractAddress }] = await Promise.all([createTestDatabase(), useChain()])
  const [redis, litellm, database] = [
    await doorTo((await useRedis()).url),
    await doorTo(upstream.url),
    await doorTo(url.replace(/^postgres(ql)?:/, 'http:')),
  ]
  const throughDoor = new URL(url.replace(/^postgres(ql)?:/, 'http:'))
  throughDoor.host = `127.0.0.1:${database.port}`
  const opened = await contextOn(url)
  onTestFinished(() => opened[Symbol.asyncDispose]())
  const secret = await keyOfCustomer(opened.ctx)
  const gateway = await runGateway(
    loadEnv({
      ...opened.variables,
      DATABASE_URL: throughDoor.href.replace(/^http:/, 'postgres:'),
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      LITELLM_URL: `http://127.0.0.1:${litellm.port}`,
      FLOW_ACCESS_NODE: accessNode,
      FLOW_CONTRACT_ADDRESS: contractAddress,
      CREDIT_PRICES_FILE: widePrices(),
      GATEWAY_PORT: '0',
    }),
  )
  const answer = fetch(`http://127.0.0.1:${gateway.port}/api/v1/llm/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'priced', messages: [{ role: 'user', content: 'How are you' }] }),
  })
  await expect.poll(() => upstream.heard.some(({ path }) => path.endsWith('/chat/completions'))).toBe(true)
  for (const door of [redis, litellm, database]) expect(door.callers()).toBeGreaterThan(0)
  await gateway.stop()
  expect((await answer).status).toBe(200)
  await expect.poll(() => [redis, litellm, database].map((door) => door.callers())).toEqual([0, 0, 0])
})
