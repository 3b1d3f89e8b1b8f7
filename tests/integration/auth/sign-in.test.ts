import { beforeAll, describe, expect, test } from 'vitest'
import type { ServiceContext } from '#services/platform/context.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import { Browser, prove } from '#tests/support/web-browser.ts'

let world: ChainWorld
let ctx: ServiceContext

beforeAll(async () => {
  world = await openChainWorld()
  ctx = await openTestWeb(world)
})

const refused = (status: number, code: string) =>
  expect.objectContaining({ status, body: { error: expect.objectContaining({ code }) } })

describe('signing in with an account proof that the chain verifies', () => {
  test('opens a session with the roles that the chain gives the address', async () => {
    const browser = new Browser()
    const answer = await browser.signIn(world.accounts.provider)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      address: world.accounts.provider.address,
      network: 'emulator',
      roles: { admin: false, oracle: false, provider: true },
    })
    expect(answer.headers.getSetCookie().join()).toMatch(
      /flareflow_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax/,
    )
    expect((await browser.get('/api/auth/session')).body).toEqual(answer.body)
  })

  test('works under each name of this machine, and the proof is bound to the one it was made for', async () => {
    const browser = new Browser('http://127.0.0.1:3003')
    expect((await browser.signIn(world.accounts.customer)).status).toBe(200)
  })

  test('a signature of another account is refused', async () => {
    const browser = new Browser()
    const proof = await browser.proof(world.accounts.provider)
    const stranger = world.accounts.customer.address
    const foreign = { ...proof, address: stranger, signatures: proof.signatures.map((s) => ({ ...s, addr: stranger })) }
    expect(await browser.post('/api/auth/session', foreign)).toEqual(refused(401, 'account_proof_invalid'))
    expect((await browser.get('/api/auth/session')).body).toBeNull()
  })

  test('a signature that names another address than the one that signs in is refused', async () => {
    const browser = new Browser()
    const proof = await browser.proof(world.accounts.provider)
    const claimed = { ...proof, address: world.accounts.customer.address }
    expect(await browser.post('/api/auth/session', claimed)).toEqual(refused(401, 'account_proof_invalid'))
  })

  test('a proof made for another app is refused', async () => {
    const browser = new Browser()
    const { nonce } = (await browser.post('/api/auth/nonce')).body as { nonce: string }
    const wallet = world.accounts.customer
    const signatures = [await prove(wallet, nonce, 'https://evil.example')]
    const body = { address: wallet.address, nonce, network: 'emulator', signatures }
    expect(await browser.post('/api/auth/session', body)).toEqual(refused(401, 'account_proof_invalid'))
  })

  test('a proof over another nonce is refused', async () => {
    const browser = new Browser()
    const proof = await browser.proof(world.accounts.customer)
    const { nonce } = (await browser.post('/api/auth/nonce')).body as { nonce: string }
    expect(await browser.post('/api/auth/session', { ...proof, nonce })).toEqual(refused(401, 'account_proof_invalid'))
  })

  test('the same key given twice counts once and is refused', async () => {
    const browser = new Browser()
    const proof = await browser.proof(world.accounts.customer)
    const doubled = { ...proof, signatures: [...proof.signatures, ...proof.signatures] }
    expect(await browser.post('/api/auth/session', doubled)).toEqual(refused(401, 'account_proof_invalid'))
  })

  test('a wallet on another network is refused', async () => {
    const browser = new Browser()
    const proof = await browser.proof(world.accounts.customer)
    for (const network of ['testnet', 'mainnet']) {
      expect(await browser.post('/api/auth/session', { ...proof, network })).toEqual(refused(401, 'wrong_network'))
    }
  })

  test('another site gets no nonce', async () => {
    const browser = new Browser()
    const answer = await browser.post('/api/auth/nonce', {}, { headers: { origin: 'https://evil.example' } })
    expect(answer).toEqual(refused(403, 'origin_refused'))
  })
})

describe('a nonce', () => {
  test('opens one session of 64 that are asked for at once', async () => {
    const browser = new Browser()
    const proof = await browser.proof(world.accounts.customer)
    const answers = await Promise.all(Array.from({ length: 64 }, () => browser.post('/api/auth/session', proof)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(63)
    const codes = new Set(answers.filter(({ status }) => status === 401).map(({ body }) => body.error?.code))
    expect(codes).toEqual(new Set(['nonce_invalid']))
  })

  test('is used up by a proof that fails', async () => {
    const browser = new Browser()
    const proof = await browser.proof(world.accounts.customer)
    const spoiled = { ...proof, signatures: proof.signatures.map((s) => ({ ...s, signature: '00'.repeat(64) })) }
    expect(await browser.post('/api/auth/session', spoiled)).toEqual(refused(401, 'account_proof_invalid'))
    expect(await browser.post('/api/auth/session', proof)).toEqual(refused(401, 'nonce_invalid'))
  })

  test('is of no use in another browser', async () => {
    const browser = new Browser()
    const proof = await browser.proof(world.accounts.customer)
    const other = new Browser()
    await other.post('/api/auth/nonce')
    expect(await other.post('/api/auth/session', proof)).toEqual(refused(401, 'nonce_invalid'))
    expect((await browser.post('/api/auth/session', proof)).status).toBe(200)
  })

  test('that nobody issued is refused', async () => {
    const browser = new Browser()
    const proof = await browser.proof(world.accounts.customer)
    const nonce = 'ab'.repeat(32)
    const signatures = [await prove(world.accounts.customer, nonce, browser.origin)]
    const made = await browser.post('/api/auth/session', { ...proof, nonce, signatures })
    expect(made).toEqual(refused(401, 'nonce_invalid'))
  })

  test('two tabs of one browser may sign in side by side', async () => {
    const browser = new Browser()
    const first = await browser.proof(world.accounts.customer)
    const second = await browser.proof(world.accounts.customer)
    expect((await browser.post('/api/auth/session', first)).status).toBe(200)
    expect((await browser.post('/api/auth/session', second)).status).toBe(200)
  })
})

describe('the database', () => {
  test('has neither tokens nor nonces, only keyed hashes of them', async () => {
    const browser = new Browser()
    const proof = await browser.proof(world.accounts.customer)
    await browser.post('/api/auth/session', proof)
    const tables = await Promise.all(['sessions', 'nonces'].map((table) => ctx.db.execute(`select * from ${table}`)))
    const dump = JSON.stringify(tables.map(({ rows }) => rows))
    expect(dump.length).toBeGreaterThan(500)
    for (const secret of [proof.nonce, ...browser.cookies.values()]) expect(dump).not.toContain(secret)
  })
})
