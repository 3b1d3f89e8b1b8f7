import { beforeAll, describe, expect, test } from 'vitest'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { keyIdOf, use } from '#tests/support/limits.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import { giveKey } from '#tests/support/usage-events.ts'
import { type Answer, Browser } from '#tests/support/web-browser.ts'

let world: ChainWorld
let system: ServiceContext
let account: string
let keyId: string
let keyHash: string
const browsers = {
  nobody: new Browser(),
  owner: new Browser(),
  stranger: new Browser(),
  provider: new Browser(),
  admin: new Browser(),
}
type Who = keyof typeof browsers

beforeAll(async () => {
  world = await openChainWorld()
  system = withActor(await openTestWeb(world, { LOG_LEVEL: 'silent' }), { kind: 'system', job: 'test' })
  const owner = await world.newWallet()
  const vaultId = await world.openVault(owner)
  account = `vault:${vaultId}`
  keyHash = await giveKey(system, vaultId)
  keyId = keyIdOf(keyHash)
  await browsers.owner.signIn(owner)
  await browsers.stranger.signIn(await world.newWallet())
  await browsers.provider.signIn(world.accounts.provider)
  await browsers.admin.signIn(world.accounts.admin)
})

let nextId = 0
const newId = (): string => `limit_${String((nextId += 1)).padStart(12, '0')}`
const wanted = (more: object = {}) => ({
  id: newId(),
  account,
  scope: 'end_user',
  value: `user-${nextId}`,
  metric: 'tokens',
  per: 'day',
  kind: 'hard',
  amount: '1000',
  ...more,
})
const outcome = ({ status, body }: Answer) => [status, body.error?.code ?? body['id'] ?? 'ok']
const set = (who: Who, more: object = {}) => browsers[who].post('/api/limits', wanted(more))
const patch = (who: Who, id: string, body: object) => browsers[who].ask('PATCH', `/api/limits/${id}`, { body })
const remove = (who: Who, id: string) => browsers[who].delete(`/api/limits/${id}`)

async function someLimit(more: object = {}): Promise<string> {
  const made = await set('owner', more)
  expect(made.status).toBe(201)
  return String(made.body['id'])
}

describe('who may', () => {
  test.each<[Who, number]>([
    ['nobody', 401],
    ['stranger', 403],
    ['provider', 403],
    ['owner', 201],
    ['admin', 201],
  ])('set a limit on an account: %s %i', async (who, status) => {
    expect((await set(who)).status).toBe(status)
  })

  test.each<[Who, number]>([
    ['nobody', 401],
    ['stranger', 403],
    ['provider', 403],
    ['owner', 403],
    ['admin', 201],
  ])('set one over all accounts, and see all limits: %s %i', async (who, status) => {
    expect((await set(who, { account: null })).status).toBe(status)
    expect((await browsers[who].get('/api/limits?account=all')).status).toBe(status === 201 ? 200 : status)
  })

  test.each<[Who, number]>([
    ['nobody', 401],
    ['stranger', 403],
    ['provider', 403],
    ['owner', 200],
    ['admin', 200],
  ])('see, change and remove: %s %i', async (who, status) => {
    const id = await someLimit()
    expect((await browsers[who].get(`/api/limits?account=${account}`)).status).toBe(status)
    expect((await patch(who, id, { amount: '2000' })).status).toBe(status)
    expect((await remove(who, id)).status).toBe(status)
  })

  test('nobody else’s limits are in one’s list', async () => {
    const id = await someLimit()
    const idsOf = async (who: Who) =>
      ((await browsers[who].get('/api/limits')).body['limits'] as { id: string }[]).map((limit) => limit.id)
    expect(await idsOf('owner')).toContain(id)
    expect(await idsOf('stranger')).toEqual([])
  })
})

describe('a repeat', () => {
  test('under the same id answers with the limit that was made; with other content it is refused', async () => {
    const body = wanted()
    const [first, again] = [
      await browsers.owner.post('/api/limits', body),
      await browsers.owner.post('/api/limits', body),
    ]
    expect([first.status, again.status]).toEqual([201, 200])
    expect(again.body).toEqual(first.body)
    const other = await browsers.owner.post('/api/limits', { ...body, value: 'somebody else' })
    expect(outcome(other)).toEqual([409, 'limit_exists'])
  })

  test.each([{ amount: '500' }, { kind: 'soft' }])(
    'with %o instead is told that the limit stands as it was',
    async (more) => {
      const body = wanted()
      await browsers.owner.post('/api/limits', body)
      const { status, body: told } = await browsers.owner.post('/api/limits', { ...body, ...more })
      expect([status, told.error?.code]).toEqual([409, 'limit_exists'])
      expect(told.error?.message).toContain('Change its amount')
      const list = (await browsers.owner.get(`/api/limits?account=${account}`)).body['limits']
      expect(list).toContainEqual(expect.objectContaining({ id: body.id, kind: 'hard', amount: '1000' }))
    },
  )

  test('with the same Idempotency-Key makes one, for one account each', async () => {
    const { id: _, ...body } = wanted()
    const headers = { 'idempotency-key': 'form-1' }
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => browsers.owner.post('/api/limits', body, { headers })),
    )
    expect(new Set(answers.map((answer) => answer.body['id'])).size).toBe(1)
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 201])
    const admins = await browsers.admin.post('/api/limits', { ...body, value: 'x' }, { headers })
    expect(admins.status).toBe(201)
  })

  test('of a change or a removal does nothing', async () => {
    const id = await someLimit()
    const changes = [await patch('owner', id, { amount: '5' }), await patch('owner', id, { amount: '5' })]
    expect(changes.map(({ status, body }) => [status, body['amount']])).toEqual([
      [200, '5'],
      [200, '5'],
    ])
    expect((await remove('owner', id)).body).toEqual({ removed: true })
    expect((await remove('owner', id)).body).toEqual({ removed: true })
    expect(outcome(await patch('owner', id, { amount: '6' }))).toEqual([404, 'limit_missing'])
    expect(outcome(await set('owner', { id }))).toEqual([409, 'limit_exists'])
  })
})

describe('refusals', () => {
  test.each([
    [{ amount: '0' }, 400, 'invalid_request'],
    [{ amount: '-1' }, 400, 'invalid_request'],
    [{ amount: '1.5' }, 400, 'invalid_request'],
    [{ metric: 'usd', amount: '0.00' }, 400, 'invalid_amount'],
    [{ metric: 'usd', amount: '1e3' }, 400, 'invalid_request'],
    [{ value: '' }, 400, 'invalid_request'],
    [{ value: 'a\0b' }, 400, 'invalid_request'],
    [{ value: '\ud800' }, 400, 'invalid_request'],
    [{ account: 'vault:999999999' }, 404, 'vault_not_found'],
    [{ account: 'wallet:1' }, 400, 'invalid_request'],
    [{ scope: 'key', value: 'key_nobody' }, 404, 'key_missing'],
  ])('%j: %i %s', async (more, status, code) => {
    expect(outcome(await set('owner', more))).toEqual([status, code])
  })

  test('a second limit of the same kind on the same thing', async () => {
    const value = 'twice'
    await someLimit({ value })
    expect(outcome(await set('owner', { value }))).toEqual([409, 'limit_exists'])
    const soft = await someLimit({ value, kind: 'soft' })
    expect(outcome(await patch('owner', soft, { kind: 'hard' }))).toEqual([409, 'limit_exists'])
  })

  test('a key of another account, though it is there', async () => {
    const other = await giveKey(system, 424_242n)
    expect(outcome(await set('owner', { scope: 'key', value: keyIdOf(other) }))).toEqual([404, 'key_missing'])
  })
})

test('a limit tells what is used of it, and when it begins anew', async () => {
  const id = await someLimit({ scope: 'key', value: keyId, amount: '1000', per: 'month' })
  await use(system, keyHash, 1_250)
  const { limits } = (await browsers.owner.get(`/api/limits?account=${account}`)).body as { limits?: { id: string }[] }
  const next = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() + 1, 1)).toISOString()
  expect(limits?.find((limit) => limit.id === id)).toMatchObject({
    used: '1250',
    percent: 125,
    blocked: true,
    resetsAt: next,
  })
})
