import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAccountKey, newAccountKey } from '#services/account-keys/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { AUDIENCE, type OidcIssuer, startOidcIssuer } from '#tests/support/oidc-issuer.ts'
import { newSpender, payCalls, type Spender } from '#tests/support/spent-credits.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import { giveKey, hashOf } from '#tests/support/usage-events.ts'
import { Browser } from '#tests/support/web-browser.ts'

let ctx: ServiceContext
let world: ChainWorld
let issuer: OidcIssuer
let wallet: Browser
let account: Spender
let other: Spender
let bearer: string
let token: string

const SPAN = 'from=2026-11-01&to=2026-11-02'
const REPORTS = ['usage', 'trend', 'totals', 'heavy-users'].map((name) => `/api/reports/${name}?${SPAN}`)
const ALL = [...REPORTS, '/api/reports/forecast?', `/api/exports/events?${SPAN}`]

async function keyOf({ id }: Spender): Promise<string> {
  const holder = withActor(ctx, { kind: 'account', accountId: id, via: 'session' })
  const { secret } = await createAccountKey(holder, { ...newAccountKey.parse({ name: 'k' }), requestKey: randomHex(8) })
  return secret ?? ''
}

beforeAll(async () => {
  issuer = await startOidcIssuer()
  world = await openChainWorld()
  const variables = { OIDC_ISSUER: issuer.issuer, OIDC_AUDIENCE: AUDIENCE }
  ctx = withActor(await openTestWeb(world, variables), { kind: 'system', job: 'test' })
  const owner = await world.newWallet()
  wallet = new Browser()
  await wallet.signIn(owner)
  account = await newSpender(ctx, `flow:${owner.address}`)
  const sub = randomHex(8)
  other = await newSpender(ctx, `oidc:${issuer.issuer}|${sub}`)
  for (const each of [account, other]) await payCalls(ctx, each, [{ at: '2026-11-01T10:00:00.000Z', taken: 42n }])
  bearer = await keyOf(account)
  const [key] = issuer.keys
  if (!key) throw new Error('The issuer has a key.')
  token = await issuer.sign(key, { sub })
})
afterAll(() => issuer[Symbol.asyncDispose]())

const withBearer = (secret: string, path: string) =>
  new Browser().get(path, { headers: { authorization: `Bearer ${secret}` } })

test('a wallet’s session, a key and a token see their own account, as JSON and as files', async () => {
  for (const [ask, own] of [
    [(path: string) => wallet.get(path), account],
    [(path: string) => withBearer(bearer, path), account],
    [(path: string) => withBearer(token, path), other],
  ] as const) {
    const report = await ask(`/api/reports/usage?${SPAN}`)
    expect(report).toMatchObject({
      status: 200,
      body: { rows: [{ account: own.name, billedUsd: '0.00000042', costs: null }], unrated: null },
    })
    expect((await ask(`/api/reports/usage?${SPAN}&format=csv`)).text).toContain(`,${own.name},account,`)
    const lines = (await ask(`/api/exports/events?${SPAN}`)).text.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ account: own.name, version: 3 }])
    expect((await ask(`/api/exports/events?${SPAN}&format=csv`)).text).toContain(own.name)
  }
})

test.each(ALL)('%s is refused for another’s account, and to whoever shows nothing valid', async (path) => {
  const [of, theirs] = [`&account=${account.name}`, `&account=${other.name}`]
  expect((await withBearer(token, path + of)).status).toBe(403)
  expect((await withBearer(bearer, path + theirs)).status).toBe(403)
  expect((await wallet.get(path + theirs)).status).toBe(403)
  expect((await withBearer(`sk-ff-${'0'.repeat(64)}`, path + of)).status).toBe(401)
  expect((await new Browser().get(path + of)).status).toBe(401)
  expect((await wallet.get(path + of)).status).toBe(200)
})

describe('limits', () => {
  const wanted = ({ name }: Spender) => ({
    account: name,
    scope: 'end_user',
    value: `user-${randomHex(4)}`,
    metric: 'usd',
    per: 'month',
    kind: 'hard',
    amount: '1.50',
  })
  const post = (secret: string, body: object) =>
    new Browser().ask('POST', '/api/limits', {
      body,
      headers: { authorization: `Bearer ${secret}`, origin: 'https://a-script.example' },
    })

  test('are set by who holds the account, by wallet or token, on their own', async () => {
    expect((await wallet.post('/api/limits', wanted(account))).status).toBe(201)
    const made = await post(token, wanted(other))
    expect(made).toMatchObject({ status: 201, body: { account: other.name, used: '0.00000000' } })
    const { body } = await withBearer(token, '/api/limits')
    expect(body).toMatchObject({ limits: [{ id: made.body['id'] }] })
  })

  test('are not set by a key, on another’s account, or by another site with the cookie', async () => {
    expect((await post(bearer, wanted(account))).status).toBe(403)
    expect((await post(token, wanted(account))).status).toBe(403)
    expect((await wallet.post('/api/limits', wanted(other))).status).toBe(403)
    expect((await withBearer(bearer, `/api/limits?account=${account.name}`)).status).toBe(403)
    const vaultKey = `sk-${randomHex(16)}`
    await giveKey(ctx, 904n, hashOf(vaultKey))
    expect((await post(vaultKey, wanted(account))).status).toBe(401)
    expect((await post(vaultKey, { ...wanted(account), account: 'vault:904' })).status).toBe(401)
    const evil = { headers: { origin: 'https://evil.example' } }
    expect((await wallet.post('/api/limits', wanted(account), evil)).body.error?.code).toBe('origin_refused')
  })
})
