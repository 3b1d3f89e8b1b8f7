import { beforeAll, describe, expect, test } from 'vitest'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { listDevAccounts, signWithDevAccount } from '#services/dev-wallet/index.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import { Browser } from '#tests/support/web-browser.ts'

let world: ChainWorld
let ctx: ServiceContext
const browser = new Browser()
const TAG = (text: string) => Buffer.from(text).toString('hex').padEnd(64, '0')

beforeAll(async () => {
  world = await openChainWorld()
  ctx = withActor(await openTestWeb(world), { kind: 'anonymous' })
})

const asked = (kind: string, message: string, address = world.accounts.customer.address) =>
  browser.post('/api/dev-wallet/sign', { address, kind, message })

test('lists the accounts without their keys and without the oracle', async () => {
  const { body, text } = await browser.get('/api/dev-wallet/accounts')
  expect(body['accounts']).toMatchObject([{ name: 'customer' }, { name: 'provider' }, { name: 'admin' }])
  for (const { privateKey } of Object.values(world.accounts)) expect(text).not.toContain(privateKey)
})

test('signs the three kinds of messages that FCL asks for', async () => {
  for (const [kind, message] of [
    ['transaction', `${TAG('FLOW-V0.0-transaction')}00`],
    ['account-proof', `${TAG('FCL-ACCOUNT-PROOF-V0.0')}00`],
    ['user-message', '00'],
  ] as const) {
    const { status, body } = await asked(kind, message)
    expect(status).toBe(200)
    expect(body).toMatchObject({ address: world.accounts.customer.address, keyIndex: 0 })
    expect(body.signature).toMatch(/^[0-9a-f]{128}$/)
  }
})

test('400: a transaction that is passed off as an account proof, and the other way round', async () => {
  expect((await asked('account-proof', `${TAG('FLOW-V0.0-transaction')}00`)).status).toBe(400)
  expect((await asked('transaction', `${TAG('FCL-ACCOUNT-PROOF-V0.0')}00`)).status).toBe(400)
  expect((await asked('transaction', '00')).status).toBe(400)
})

test('404: the oracle and strangers have no wallet here', async () => {
  expect((await asked('user-message', '00', world.accounts.oracle.address)).status).toBe(404)
  expect((await asked('user-message', '00', '0x00000000000000ff')).status).toBe(404)
})

describe('404: there is no development wallet', () => {
  const inside = { kind: 'user-message' as const, message: '00' }
  const refused = expect.objectContaining({ code: 'not_found', status: 404 })

  test('for a foreign name that points to this machine, a tunnel, or another site', async () => {
    for (const headers of [
      { host: 'rebind.example:3003' },
      { 'x-forwarded-for': '203.0.113.9' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      expect((await browser.get('/api/dev-wallet/accounts', { headers })).status).toBe(404)
      expect((await browser.post('/api/dev-wallet/sign', {}, { headers })).status).toBeGreaterThanOrEqual(400)
      const body = { address: world.accounts.customer.address, ...inside }
      expect((await browser.post('/api/dev-wallet/sign', body, { headers })).status).toBe(404)
    }
    const evil = new Browser('https://evil.example')
    expect((await evil.get('/api/dev-wallet/accounts')).status).toBe(404)
  })

  test('on testnet and mainnet, and without the accounts file', async () => {
    const { env } = ctx
    for (const network of ['testnet', 'mainnet'] as const) {
      const live = { ...ctx, env: { ...env, flow: { ...env.flow, network } } }
      await expect(listDevAccounts(live)).rejects.toEqual(refused)
      await expect(signWithDevAccount(live, { ...inside, address: world.accounts.customer.address })).rejects.toEqual(
        refused,
      )
    }
    await expect(listDevAccounts({ ...ctx, env: { ...env, local: null } })).rejects.toEqual(refused)
  })
})
