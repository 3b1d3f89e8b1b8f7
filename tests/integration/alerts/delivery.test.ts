import { asc, eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addChannel, confirmChannel, listChannels, raiseAlerts, removeChannel } from '#services/alerts/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { alertChannels, alertDeliveries, alerts } from '#services/platform/db/schema/index.ts'
import { ANN, asUser, BEN, deliverAll, operatorAlert, ownersChain, someAlert } from '#tests/support/alerts.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { headerOf, type MailReceiver, startMailReceiver } from '#tests/support/mail-receiver.ts'
import { isGenuine, startWebhookReceiver, type WebhookReceiver } from '#tests/support/webhook-receiver.ts'

let webhooks: WebhookReceiver
let mails: MailReceiver
let opened: TestContext
let ctx: ServiceContext
let now = new Date('2026-11-20T10:00:00Z')
const owners = ownersChain({ 7: ANN, 8: BEN })
const OPERATOR_SECRET = 'an-operators-secret-of-tests'

beforeAll(async () => {
  webhooks = await startWebhookReceiver()
  mails = await startMailReceiver()
  opened = await createTestContext({
    chain: owners.chain,
    clock: () => now,
    variables: {
      LOG_LEVEL: 'silent',
      ALLOW_PRIVATE_WEBHOOKS: 'true',
      SMTP_URL: mails.url,
      MAIL_FROM: 'FlareFlow <alerts@flareflow.example>',
      ALERT_WEBHOOK_URL: `${webhooks.url}/operator`,
      ALERT_WEBHOOK_SECRET: OPERATOR_SECRET,
      ALERT_EMAIL: 'ops@flareflow.example',
    },
  })
  ctx = opened.ctx
})
afterAll(async () => {
  webhooks.close()
  await mails.close()
  await opened[Symbol.asyncDispose]()
})
beforeEach(async () => {
  owners.isAway = false
  webhooks.answers.clear()
  for (const { id, audience } of await ctx.db.select().from(alertChannels)) {
    await removeChannel(asUser(ctx, audience), { id })
  }
  await deliverAll(ctx)
  webhooks.received.length = 0
  mails.mails.length = 0
  mails.answer = 250
})

const later = (ms: number): void => void (now = new Date(now.getTime() + ms))
const onPath = (path: string) => webhooks.received.filter((each) => each.path === path)

/** Adds a webhook and returns its secret. */
async function addWebhook(address: string, path: string): Promise<string> {
  const { secret } = await addChannel(asUser(ctx, address), { kind: 'webhook', target: `${webhooks.url}${path}` })
  return secret ?? ''
}

describe('an alert reaches those whom it is for', () => {
  test("the account's owner, on each confirmed channel once, however often it is raised", async () => {
    const secret = await addWebhook(ANN, '/ann')
    await addWebhook(BEN, '/ben')
    const alert = someAlert()
    expect(await raiseAlerts(ctx, [alert])).toBe(1)
    expect(await raiseAlerts(ctx, [alert, alert])).toBe(0)
    await deliverAll(ctx)
    await deliverAll(ctx)
    expect(onPath('/ann')).toHaveLength(1)
    expect(onPath('/ben')).toHaveLength(0)
    const [only] = onPath('/ann')
    expect(JSON.parse(only?.body ?? '')).toMatchObject({
      id: only?.id,
      type: 'alert',
      alert: { kind: 'limit_reached', severity: 'warning', account: 'vault:7', sentence: alert.sentence },
    })
    expect(secret).toMatch(/^whsec_[0-9a-f]{64}$/)
  })

  test('the operator, by webhook and mail from the settings, and no owner', async () => {
    await addWebhook(ANN, '/ann')
    await raiseAlerts(ctx, [operatorAlert({ sentence: 'Two calls can’t be billed. Replay them.' })])
    await deliverAll(ctx)
    expect(onPath('/operator')).toHaveLength(1)
    expect(onPath('/ann')).toHaveLength(0)
    expect(mails.mails.map(({ to }) => to)).toEqual([['ops@flareflow.example']])
    expect(headerOf(mails.mails[0] ?? { to: [], raw: '' }, 'Subject')).toContain('FlareFlow')
  })

  test('later, when the chain does not say now who that is; others are not kept waiting', async () => {
    await addWebhook(ANN, '/ann')
    owners.isAway = true
    await raiseAlerts(ctx, [someAlert(), operatorAlert()])
    await deliverAll(ctx)
    expect([onPath('/ann').length, onPath('/operator').length]).toEqual([0, 1])
    owners.isAway = false
    later(2_000)
    await deliverAll(ctx)
    expect(onPath('/ann')).toHaveLength(1)
  })
})

describe('a webhook is signed', () => {
  test('with the secret that was shown once, over time and body', async () => {
    const secret = await addWebhook(ANN, '/ann')
    now = new Date()
    await raiseAlerts(ctx, [someAlert()])
    await deliverAll(ctx)
    const [webhook] = onPath('/ann')
    if (!webhook) throw new Error('Nothing came.')
    expect(isGenuine(webhook, secret)).toBe(true)
    expect(isGenuine({ ...webhook, body: webhook.body.replace('50', '51') }, secret)).toBe(false)
    const stale = { ...webhook.headers, 'x-flareflow-timestamp': String(Math.floor(now.getTime() / 1000) - 301) }
    expect(isGenuine({ ...webhook, headers: stale }, secret)).toBe(false)
    const again = await addChannel(asUser(ctx, ANN), { kind: 'webhook', target: `${webhooks.url}/ann` })
    expect(again.secret).toBeUndefined()
    const { id } = again.channel
    const stored = JSON.stringify(await ctx.db.select().from(alertChannels).where(eq(alertChannels.id, id)))
    expect(stored).not.toContain(secret.slice('whsec_'.length))
  })

  test("with another secret for each channel; the operator's with the setting's", async () => {
    now = new Date()
    const [ann, ben] = [await addWebhook(ANN, '/ann'), await addWebhook(BEN, '/ben')]
    await raiseAlerts(ctx, [someAlert(), someAlert({ account: 'vault:8' }), operatorAlert()])
    await deliverAll(ctx)
    const genuine = (path: string, secret: string) => onPath(path).map((webhook) => isGenuine(webhook, secret))
    expect([genuine('/ann', ann), genuine('/ben', ben), genuine('/operator', OPERATOR_SECRET)]).toEqual([
      [true],
      [true],
      [true],
    ])
    expect(genuine('/ann', ben)).toEqual([false])
  })
})

describe('a delivery that fails', () => {
  test.each([500, 404, 302, 429])(
    'with %i is repeated with the same id until it is taken, then never again',
    async (status) => {
      await addWebhook(ANN, '/ann')
      webhooks.answers.set('/ann', status)
      await raiseAlerts(ctx, [someAlert()])
      for (let round = 0; round < 4; round += 1) {
        await deliverAll(ctx)
        later(60_000)
      }
      const tries = onPath('/ann').length
      expect(tries).toBeGreaterThan(2)
      webhooks.answers.clear()
      later(600_000)
      await deliverAll(ctx)
      later(600_000)
      await deliverAll(ctx)
      expect(onPath('/ann')).toHaveLength(tries + 1)
      expect(new Set(onPath('/ann').map(({ id }) => id)).size).toBe(1)
      const [channel] = (await listChannels(asUser(ctx, ANN))).channels
      expect(channel?.deliveries).toMatchObject([{ status: 'delivered', attempts: tries + 1, lastStatus: 200 }])
      expect(channel?.lastError).toBeNull()
    },
  )

  test('is tried less and less often, and given up after three days; the console says so', async () => {
    await addWebhook(ANN, '/ann')
    webhooks.answers.set('/ann', 500)
    await raiseAlerts(ctx, [someAlert()])
    const gaps: number[] = []
    for (let [tries, waited] = [0, 0]; waited < 4_000; waited += 1) {
      await deliverAll(ctx)
      if (onPath('/ann').length > tries) {
        gaps.push(waited)
        tries = onPath('/ann').length
      }
      later(1_000)
      if (gaps.length >= 6) break
    }
    const waits = gaps.slice(1).map((at, i) => at - (gaps[i] ?? 0))
    expect(waits).toEqual(waits.toSorted((a, b) => a - b))
    expect(waits.at(-1)).toBeGreaterThan(20)
    later(73 * 3_600_000)
    await deliverAll(ctx)
    const tries = onPath('/ann').length
    later(3_600_000)
    await deliverAll(ctx)
    expect(onPath('/ann')).toHaveLength(tries)
    const told = await ctx.db.select().from(alerts).where(eq(alerts.kind, 'channel_failing')).orderBy(asc(alerts.id))
    expect(told).toMatchObject([{ audience: ANN, severity: 'warning' }])
  })

  test('of a removed channel is dropped', async () => {
    await addWebhook(ANN, '/ann')
    webhooks.answers.set('/ann', 500)
    await raiseAlerts(ctx, [someAlert()])
    await deliverAll(ctx)
    const [channel] = (await listChannels(asUser(ctx, ANN))).channels
    await removeChannel(asUser(ctx, ANN), { id: channel?.id ?? '' })
    webhooks.answers.clear()
    later(600_000)
    await deliverAll(ctx)
    expect(onPath('/ann')).toHaveLength(1)
    const log = await ctx.db
      .select()
      .from(alertDeliveries)
      .where(eq(alertDeliveries.channelId, channel?.id ?? ''))
    expect(log).toMatchObject([{ status: 'failed', lastError: 'The channel was removed.' }])
  })
})

describe('a mail address', () => {
  const addMail = (target = 'ann@customer.example') => addChannel(asUser(ctx, ANN), { kind: 'email', target })
  const wordIn = (raw = ''): string =>
    /word=([0-9a-f]{64})/.exec(raw.replaceAll('=\r\n', '').replaceAll('=3D', '='))?.[1] ?? ''

  test('gets one question and nothing else before it is answered; then the alerts', async () => {
    await addMail()
    await raiseAlerts(ctx, [someAlert()])
    await deliverAll(ctx)
    expect(mails.mails).toHaveLength(1)
    const word = wordIn(mails.mails[0]?.raw)
    const anonymous = { ...ctx, actor: { kind: 'anonymous' as const } }
    expect(await confirmChannel(anonymous, { word })).toEqual({ target: 'ann@customer.example' })
    expect(await confirmChannel(anonymous, { word })).toEqual({ target: 'ann@customer.example' })
    await raiseAlerts(ctx, [someAlert({ sentence: 'Eighty percent are used. Look at it.' })])
    await deliverAll(ctx)
    expect(mails.mails).toHaveLength(2)
    expect(mails.mails[1]?.raw).toContain('Eighty percent are used')
  })

  test('is not confirmed by a word that is wrong, too old, or of a removed channel', async () => {
    await addMail()
    await deliverAll(ctx)
    const word = wordIn(mails.mails[0]?.raw)
    const refused = { code: 'confirmation_invalid' }
    await expect(confirmChannel(ctx, { word: 'f'.repeat(64) })).rejects.toMatchObject(refused)
    later(25 * 3_600_000)
    await expect(confirmChannel(ctx, { word })).rejects.toMatchObject(refused)
    const [channel] = (await listChannels(asUser(ctx, ANN))).channels
    await removeChannel(asUser(ctx, ANN), { id: channel?.id ?? '' })
    await expect(confirmChannel(ctx, { word })).rejects.toMatchObject(refused)
  })

  test('is asked again when the mail server was away, and once when it was not', async () => {
    mails.answer = 451
    await addMail()
    await deliverAll(ctx)
    expect(mails.mails).toHaveLength(0)
    mails.answer = 250
    later(60_000)
    await deliverAll(ctx)
    await addMail()
    later(60_000)
    await deliverAll(ctx)
    expect(mails.mails).toHaveLength(1)
  })

  test('of strangers can’t be filled with questions', async () => {
    later(86_400_000 * 2)
    const add = async (i: number): Promise<void> => {
      const { channel } = await addMail(`stranger${i}@customer.example`)
      await removeChannel(asUser(ctx, ANN), { id: channel.id })
    }
    for (let i = 0; i < 20; i += 1) await add(i)
    await expect(add(20)).rejects.toMatchObject({ code: 'too_many_channels' })
  })
})

test('an address inside is refused as a webhook where development does not allow it', async () => {
  await using strict = await createTestContext({ chain: owners.chain })
  for (const target of [
    'http://127.0.0.1:3001/',
    'https://user:pw@hooks.example/',
    'ftp://hooks.example/',
    'nothing',
  ]) {
    const added = addChannel(asUser(strict.ctx, ANN), { kind: 'webhook', target })
    await expect(added).rejects.toMatchObject({ code: 'address_refused' })
  }
})
