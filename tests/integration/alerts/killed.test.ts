import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addChannel, addressHandler, confirmChannel, raiseAlerts } from '#services/alerts/index.ts'
import { projectRoot } from '#services/local/home.ts'
import { alertDeliveries, outbox } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { ANN, asUser, deliverAll, ownersChain, someAlert } from '#tests/support/alerts.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { headerOf, type MailReceiver, startMailReceiver } from '#tests/support/mail-receiver.ts'
import { startWebhookReceiver, type WebhookReceiver } from '#tests/support/webhook-receiver.ts'

let webhooks: WebhookReceiver
let mails: MailReceiver
let opened: TestContext
let ahead = 0

beforeAll(async () => {
  webhooks = await startWebhookReceiver()
  mails = await startMailReceiver()
  opened = await createTestContext({
    chain: ownersChain({ 7: ANN }).chain,
    clock: () => new Date(Date.now() + ahead),
    variables: { ALLOW_PRIVATE_WEBHOOKS: 'true', SMTP_URL: mails.url, MAIL_FROM: 'alerts@flareflow.example' },
  })
})
afterAll(async () => {
  webhooks.close()
  await mails.close()
  await opened[Symbol.asyncDispose]()
})

/** Lets a worker of its own process die at its first delivery. */
async function killWorker(how: 'after' | 'record-first'): Promise<void> {
  const file = join(projectRoot, 'tests/support/killed-delivery.ts')
  const child = spawn(process.execPath, [file, how, opened.ctx.deploymentId, String(ahead)], {
    env: { PATH: process.env['PATH'], ...opened.variables, NODE_ENV: 'test' },
    stdio: 'inherit',
  })
  const [, signal] = await once(child, 'close')
  expect(signal).toBe('SIGKILL')
}

/** Raises an alert, kills the worker that delivers it, and lets another one go on when the claim has run out. */
async function deliverWithDeath(how: 'after' | 'record-first'): Promise<void> {
  const { ctx } = opened
  webhooks.received.length = 0
  mails.mails.length = 0
  await raiseAlerts(ctx, [someAlert()])
  await dispatchOutbox(ctx, addressHandler)
  await killWorker(how)
  await ctx.db.update(outbox).set({ leasedUntil: new Date(0) })
  ahead += 60_000
  await deliverAll(ctx)
  ahead += 60_000
  await deliverAll(ctx)
}

test('a worker that dies between delivery and record repeats it once, with the same id, and loses nothing', async () => {
  const target = `${webhooks.url}/ann`
  await addChannel(asUser(opened.ctx, ANN), { kind: 'webhook', target })
  await deliverWithDeath('after')
  const ids = webhooks.received.map(({ id }) => id)
  expect(ids).toHaveLength(2)
  expect(new Set(ids).size).toBe(1)
  expect(new Set(webhooks.received.map(({ body }) => body)).size).toBe(1)
  const log = await opened.ctx.db.select().from(alertDeliveries)
  expect(log).toMatchObject([{ id: ids[0], status: 'delivered' }])
})

test('a worker that wrote the record first would lose the alert', async () => {
  await deliverWithDeath('record-first')
  expect(webhooks.received).toHaveLength(0)
})

test('a mail that is repeated has the same Message-ID', async () => {
  const { ctx } = opened
  await addChannel(asUser(ctx, ANN), { kind: 'email', target: 'ann@customer.example' })
  await deliverAll(ctx)
  const question = mails.mails[0]?.raw.replaceAll('=\r\n', '').replaceAll('=3D', '=') ?? ''
  await confirmChannel(ctx, { word: /word=([0-9a-f]{64})/.exec(question)?.[1] ?? '' })
  webhooks.answers.set('/ann', 500)
  await deliverAll(ctx)
  // The webhook fails first, so that the worker dies at the mail.
  await deliverWithDeath('after')
  const ids = mails.mails.map((mail) => headerOf(mail, 'Message-ID'))
  expect(ids).toHaveLength(2)
  expect(new Set(ids).size).toBe(1)
})
