import { beforeAll, describe, expect, test } from 'vitest'
import {
  endSession,
  getSession,
  issueNonce,
  openSession,
  requireOwner,
  requireParty,
  requireSystem,
  requireUser,
} from '#services/auth/index.ts'
import { deployments } from '#services/platform/db/schema/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import { Browser, prove } from '#tests/support/web-browser.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
let world: ChainWorld
let ctx: ServiceContext

beforeAll(async () => {
  world = await openChainWorld()
  ctx = await openTestWeb(world)
})

/** The same context at another time. */
const later = (ms: number): ServiceContext => ({ ...ctx, clock: () => new Date(Date.now() + ms) })
const code = (wanted: string) => expect.objectContaining({ code: wanted })

async function begin(at = ctx) {
  const origin = 'http://localhost:3003'
  const { nonce, browserToken } = await issueNonce(at, { origin, browserToken: null })
  const wallet = world.accounts.customer
  const signatures = [await prove(wallet, nonce, origin)]
  return { address: wallet.address, nonce, network: 'emulator', signatures, browserToken, previousToken: null }
}
const open = async () => openSession(ctx, await begin())

describe('a sign-in', () => {
  test('may take five minutes and not a second more', async () => {
    const start = Date.now()
    const at = (ms: number): ServiceContext => ({ ...ctx, clock: () => new Date(start + ms) })
    const [inTime, late] = [await begin(at(0)), await begin(at(0))]
    await expect(openSession(at(5 * MINUTE_MS - 1), inTime)).resolves.toBeDefined()
    await expect(openSession(at(5 * MINUTE_MS + 1), late)).rejects.toEqual(code('nonce_invalid'))
  })

  test("FCL's own name for the emulator's network is taken", async () => {
    await expect(openSession(ctx, { ...(await begin()), network: 'local' })).resolves.toBeDefined()
  })

  test('that was begun for another deployment of the contracts fails', async () => {
    const begun = await begin()
    await ctx.db
      .insert(deployments)
      .values({ id: 'after-a-reset', network: 'emulator', contractAddress: ctx.env.flow.contractAddress })
      .onConflictDoNothing()
    await expect(openSession({ ...ctx, deploymentId: 'after-a-reset' }, begun)).rejects.toEqual(code('nonce_invalid'))
  })
})

describe('a session', () => {
  test('lives twelve hours', async () => {
    const { token } = await open()
    expect(await getSession(later(12 * HOUR_MS - MINUTE_MS), token)).toMatchObject({ network: 'emulator' })
    expect(await getSession(later(12 * HOUR_MS + MINUTE_MS), token)).toBeNull()
  })

  test('counts for one deployment, one network and one session secret', async () => {
    const { token } = await open()
    const { env } = ctx
    expect(await getSession(ctx, token)).not.toBeNull()
    expect(await getSession({ ...ctx, deploymentId: 'after-a-reset' }, token)).toBeNull()
    const onTestnet = { ...env, flow: { ...env.flow, network: 'testnet' as const } }
    expect(await getSession({ ...ctx, env: onTestnet }, token)).toBeNull()
    const renewed = { ...env, app: { ...env.app, sessionSecret: 'another-secret-of-sessions' } }
    expect(await getSession({ ...ctx, env: renewed }, token)).toBeNull()
  })

  test('ends for good, and ending it again changes nothing', async () => {
    const { token } = await open()
    await endSession(ctx, token)
    await endSession(ctx, token)
    await endSession(ctx, 'of-nobody')
    expect(await getSession(ctx, token)).toBeNull()
  })

  test('gets a new token at each sign-in, and the old token is dead', async () => {
    const browser = new Browser()
    await browser.signIn(world.accounts.customer)
    const first = browser.cookies.get('flareflow_session') ?? ''
    await browser.signIn(world.accounts.provider)
    const second = browser.cookies.get('flareflow_session') ?? ''
    expect(second).not.toBe(first)
    expect(await getSession(ctx, first)).toBeNull()
    expect(await getSession(ctx, second)).toMatchObject({ address: world.accounts.provider.address })
  })

  test('a refused sign-in leaves the session that there was', async () => {
    const browser = new Browser()
    await browser.signIn(world.accounts.customer)
    const proof = await browser.proof(world.accounts.provider)
    await browser.post('/api/auth/session', { ...proof, network: 'testnet' })
    expect((await browser.get('/api/auth/session')).body).toMatchObject({ address: world.accounts.customer.address })
  })

  test('signing out removes the cookie and kills the token', async () => {
    const browser = new Browser()
    await browser.signIn(world.accounts.customer)
    const token = browser.cookies.get('flareflow_session') ?? ''
    expect((await browser.delete('/api/auth/session')).status).toBe(200)
    expect(browser.cookies.has('flareflow_session')).toBe(false)
    expect(await getSession(ctx, token)).toBeNull()
  })

  test.each(['', 'x', "' or 1=1 --", 'a'.repeat(5000)])('the token %.20j is nobody', async (token) => {
    expect(await getSession(ctx, token)).toBeNull()
  })
})

describe('permissions', () => {
  const vault = { owner: '0x0000000000000001', provider: '0x0000000000000002' }
  const user = (address: string) => ({ kind: 'user' as const, address })

  test('owner and provider are parties, only the owner is the owner', () => {
    expect(requireOwner(user(vault.owner), vault)).toBe(vault.owner)
    expect(requireParty(user(vault.owner), vault)).toBe(vault.owner)
    expect(requireParty(user(vault.provider), vault)).toBe(vault.provider)
    expect(() => requireOwner(user(vault.provider), vault)).toThrow(code('not_permitted'))
    expect(() => requireParty(user('0x0000000000000003'), vault)).toThrow(code('not_permitted'))
  })

  test('who is not signed in is told to sign in', () => {
    for (const actor of [
      { kind: 'anonymous' },
      { kind: 'webhook', source: 'x' },
      { kind: 'system', job: 'x' },
    ] as const) {
      expect(() => requireUser(actor)).toThrow(code('session_required'))
      expect(() => requireOwner(actor, vault)).toThrow(code('session_required'))
    }
  })

  test('no user does what only the system does', () => {
    expect(() => requireSystem(user(vault.owner))).toThrow(code('not_permitted'))
    expect(() => requireSystem({ kind: 'anonymous' })).toThrow(code('not_permitted'))
    expect(() => requireSystem({ kind: 'system', job: 'settle' })).not.toThrow()
  })
})
