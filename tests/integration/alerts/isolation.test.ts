import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { addChannel, listChannels, raiseAlerts } from '#services/alerts/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { dispatchOutbox, type OutboxHandler, type Outcome } from '#services/platform/outbox/dispatch.ts'
import { alertHandlers, asUser, deliverAll, ownersChain, someAlert } from '#tests/support/alerts.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { startWebhookReceiver, type WebhookReceiver } from '#tests/support/webhook-receiver.ts'

/** One receiver of many is slow, or never answers. */
const SLOW = 0
const addressOf = (vault: number): string => `0x${(vault + 1).toString(16).padStart(16, '0')}`
const vaults = Array.from({ length: 13 }, (_, vault) => vault)

let webhooks: WebhookReceiver
let opened: TestContext
let ctx: ServiceContext
let ahead = 0

beforeAll(async () => {
  webhooks = await startWebhookReceiver()
})
afterAll(() => webhooks.close())
beforeEach(async () => {
  opened = await createTestContext({
    chain: ownersChain(Object.fromEntries(vaults.map((vault) => [vault, addressOf(vault)]))).chain,
    clock: () => new Date(Date.now() + ahead),
    variables: { ALLOW_PRIVATE_WEBHOOKS: 'true' },
  })
  ctx = opened.ctx
  webhooks.received.length = 0
  webhooks.answers.clear()
  webhooks.onReceived = () => {}
  for (const vault of vaults) {
    await addChannel(asUser(ctx, addressOf(vault)), { kind: 'webhook', target: `${webhooks.url}/${vault}` })
  }
  return () => opened[Symbol.asyncDispose]()
})

/** An alert for each vault, the slow one's first, ready to be delivered. */
async function raise(): Promise<void> {
  for (const vault of vaults) await raiseAlerts(ctx, [someAlert({ account: `vault:${vault}` })])
  await dispatchOutbox(ctx, handlerOf('alerts.address'))
}
const handlerOf = (kind: string): OutboxHandler => {
  const handler = alertHandlers().find((each) => each.kind === kind)
  if (!handler) throw new Error(`No handler of ${kind}.`)
  return handler
}
const servedOthers = (): number[] =>
  webhooks.received
    .map(({ path }) => Number(path.slice(1)))
    .filter((vault) => vault !== SLOW)
    .toSorted((a, b) => a - b)
const others = vaults.filter((vault) => vault !== SLOW)

/** The slow receiver answers when all others were served. Whether that was in time. */
async function slowIsServed(handler: OutboxHandler): Promise<boolean> {
  const everybody = Promise.withResolvers<void>()
  webhooks.onReceived = ({ path }) => {
    if (servedOthers().length === others.length) everybody.resolve()
    return path === `/${SLOW}` ? everybody.promise : undefined
  }
  await raise()
  await dispatchOutbox(ctx, handler)
  everybody.resolve()
  const { channels } = await listChannels(asUser(ctx, addressOf(SLOW)))
  return channels[0]?.deliveries[0]?.status === 'delivered'
}

test('a receiver that waits until all others were served does not wait in vain', async () => {
  expect(await slowIsServed(handlerOf('alerts.webhook'))).toBe(true)
})

test('it waits in vain for a worker that delivers one after the other', async () => {
  const careful = handlerOf('alerts.webhook')
  const oneByOne: OutboxHandler = {
    ...careful,
    async handle(context, messages) {
      const outcomes = new Map<bigint, Outcome>()
      for (const message of messages) {
        for (const [id, outcome] of await careful.handle(context, [message])) outcomes.set(id, outcome)
      }
      return outcomes
    },
  }
  expect(await slowIsServed(oneByOne)).toBe(false)
})

test('a receiver that is known to hang is not waited for in the lane of the others, and is tried in its own', async () => {
  webhooks.answers.set(`/${SLOW}`, 'hang')
  await raise()
  await dispatchOutbox(ctx, handlerOf('alerts.webhook'))
  for (let again = 0; again < 3; again += 1) {
    webhooks.received.length = 0
    await raise()
    await dispatchOutbox(ctx, handlerOf('alerts.webhook'))
    expect(webhooks.received).toHaveLength(others.length)
    expect(servedOthers()).toEqual(others)
  }
  webhooks.answers.clear()
  webhooks.received.length = 0
  for (let minutes = 0; minutes < 3; minutes += 1) {
    ahead += 60_000
    await deliverAll(ctx)
  }
  expect(webhooks.received.map(({ path }) => path)).toEqual(Array.from({ length: 4 }, () => `/${SLOW}`))
})
