import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
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
import { createTestDatabase, useChain, useRedis } from '#tests/support/stack.ts'

const PATIENT = { timeout: 30_000 }

/** The connections that go to a server through a door in front of it. */
interface Door {
  readonly port: number
  open(): number
}

/** Stands in front of a server, passes everything on, and counts who is connected. */
async function doorTo(url: string): Promise<Door> {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    const inner = connect(Number(port), hostname)
    socket.pipe(inner).pipe(socket)
    for (const each of [socket, inner]) each.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      inner.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return { port: address.port, open: () => sockets.size }
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
  await expect.poll(() => upstream.heard.some(({ path }) => path.endsWith('/chat/completions')), PATIENT).toBe(true)
  for (const door of [redis, litellm, database]) expect(door.open()).toBeGreaterThan(0)
  await gateway.stop()
  expect((await answer).status).toBe(200)
  await expect.poll(() => [redis, litellm, database].map((door) => door.open()), PATIENT).toEqual([0, 0, 0])
})
