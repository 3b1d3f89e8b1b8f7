import { beforeAll, describe, expect, test } from 'vitest'
import { addressHandler, raiseAlerts } from '#services/alerts/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { someAlert } from '#tests/support/alerts.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import { Browser } from '#tests/support/web-browser.ts'

let world: ChainWorld
let base: ServiceContext
const [ann, ben] = [new Browser(), new Browser()]
beforeAll(async () => {
  world = await openChainWorld()
  base = await openTestWeb(world, { LOG_LEVEL: 'silent' })
  await ann.signIn(world.accounts.customer)
  await ben.signIn(await world.newWallet())
})

type Channels = { channels: { id: string; target: string }[] }
const targetsOf = async (browser: Browser): Promise<string[]> =>
  ((await browser.get('/api/alerts/channels')).body as object as Channels).channels.map(({ target }) => target)

describe('channels', () => {
  test('a webhook is made once, with its secret once, and seen by nobody else', async () => {
    const body = { kind: 'webhook', target: 'https://hooks.customer.example/in' }
    const made = await ann.post('/api/alerts/channels', body)
    expect([made.status, made.body['secret']]).toEqual([201, expect.stringMatching(/^whsec_[0-9a-f]{64}$/)])
    const again = await ann.post('/api/alerts/channels', body)
    expect([again.status, again.body['secret']]).toEqual([200, undefined])
    expect(await targetsOf(ann)).toEqual([body.target])
    expect(await targetsOf(ben)).toEqual([])
  })

  test('somebody else can’t remove it; its owner can, and again', async () => {
    const { channels } = (await ann.get('/api/alerts/channels')).body as object as Channels
    const path = `/api/alerts/channels/${channels[0]?.id}`
    expect((await ben.delete(path)).status).toBe(200)
    expect(await targetsOf(ann)).toHaveLength(1)
    expect((await ann.delete(path)).body).toEqual({ removed: true })
    expect((await ann.delete(path)).body).toEqual({ removed: true })
    expect(await targetsOf(ann)).toEqual([])
  })

  test.each([
    [{ kind: 'webhook', target: 'http://169.254.169.254/latest/meta-data' }, 400, 'address_refused'],
    [{ kind: 'webhook', target: 'https://user:pw@hooks.example/' }, 400, 'address_refused'],
    [{ kind: 'email', target: 'nobody' }, 400, 'invalid_request'],
    [{ kind: 'email', target: 'ann@customer.example' }, 409, 'mail_not_set_up'],
    [{ kind: 'sms', target: '1' }, 400, 'invalid_request'],
  ])('%j: %i %s', async (body, status, code) => {
    const answer = await ann.post('/api/alerts/channels', body)
    expect([answer.status, answer.body.error?.code]).toEqual([status, code])
  })

  test('a wrong word confirms nothing', async () => {
    const answer = await new Browser().post('/api/alerts/channels/confirm', { word: 'a'.repeat(64) })
    expect([answer.status, answer.body.error?.code]).toEqual([410, 'confirmation_invalid'])
  })
})

test("an owner's alert is in the owner's list, unread until it is read, and in nobody else's", async () => {
  const vaultId = await world.openVault(world.accounts.customer)
  const system = withActor(base, { kind: 'system', job: 'test' })
  await raiseAlerts(system, [someAlert({ account: `vault:${vaultId}`, sentence: 'Half of it is used.' })])
  await dispatchOutbox(system, addressHandler)
  type List = { alerts: { id: string; sentence: string }[]; unread: number }
  const listOf = async (browser: Browser): Promise<List> => (await browser.get('/api/alerts')).body as object as List
  const { alerts, unread } = await listOf(ann)
  expect([alerts.map(({ sentence }) => sentence), unread]).toEqual([['Half of it is used.'], 1])
  expect((await listOf(ben)).alerts).toEqual([])
  const ids = alerts.map(({ id }) => id)
  await ben.post('/api/alerts/read', { ids })
  expect((await listOf(ann)).unread).toBe(1)
  expect((await ann.post('/api/alerts/read', { ids })).body).toEqual({ unread: 0 })
})
