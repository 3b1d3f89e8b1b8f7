import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KeyBlockReason } from '#lib/keys/key-blocks.ts'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { createAccountKey, newAccountKey } from '#services/account-keys/index.ts'
import { addKeyBlock, findCallingKey, upstreamKeyOf } from '#services/api-keys/index.ts'
import { openAccount } from '#services/credits/index.ts'
import { ingestEvents } from '#services/metering/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { apiKeys, upstreamKeys } from '#services/platform/db/schema/index.ts'
import { openChainWorld } from '#tests/support/chain-world.ts'
import { AUDIENCE, type OidcIssuer, startOidcIssuer } from '#tests/support/oidc-issuer.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import { giveKey, hashOf, usageEvent } from '#tests/support/usage-events.ts'
import { Browser } from '#tests/support/web-browser.ts'

let ctx: ServiceContext
let issuer: OidcIssuer

/** Somebody who pays for requests, with what they show the gateway and one request of theirs. */
interface Payer {
  readonly bearer: string
  readonly call: UsageEventWire
}
let vault: Payer
let otherVault: Payer
let account: Payer
let otherAccount: Payer
let token: Payer

beforeAll(async () => {
  issuer = await startOidcIssuer()
  const variables = { OIDC_ISSUER: issuer.issuer, OIDC_AUDIENCE: AUDIENCE }
  ctx = withActor(await openTestWeb(await openChainWorld(), variables), { kind: 'system', job: 'test' })
  vault = await newVaultPayer(901n)
  otherVault = await newVaultPayer(902n)
  account = await newAccountPayer(`flow:0x${randomHex(8)}`)
  otherAccount = await newAccountPayer(`flow:0x${randomHex(8)}`)
  token = await newTokenPayer()
})
afterAll(() => issuer[Symbol.asyncDispose]())

async function callOf(keyHash: string): Promise<UsageEventWire> {
  const call = usageEvent(keyHash, { callId: `req_${randomHex(16)}`, startedAt: new Date().toISOString() })
  expect(await ingestEvents(ctx, { road: 'plugin', items: [{ raw: call }] })).toMatchObject({ stored: 1 })
  return call
}

async function newVaultPayer(vaultId: bigint): Promise<Payer> {
  const bearer = `sk-${randomHex(16)}`
  return { bearer, call: await callOf(await giveKey(ctx, vaultId, hashOf(bearer))) }
}

async function paidBy(subject: string): Promise<{ id: string; call: UsageEventWire }> {
  const { id } = await openAccount(ctx, { subject })
  const { keyHash } = upstreamKeyOf(ctx, { id })
  const row = { keyHash, accountId: id, deploymentId: ctx.deploymentId, kind: 'litellm', status: 'active' } as const
  await ctx.db.insert(upstreamKeys).values({ ...row, createdAt: new Date() })
  return { id, call: await callOf(keyHash) }
}

async function block({ keyHash }: UsageEventWire, reason: KeyBlockReason): Promise<void> {
  const key = await findCallingKey(ctx, keyHash)
  await addKeyBlock(ctx, { keyId: key?.id ?? '', reason })
}

const holderOf = (accountId: string) => withActor(ctx, { kind: 'account', accountId, via: 'session' })

async function newAccountPayer(subject: string): Promise<Payer> {
  const { id, call } = await paidBy(subject)
  const wanted = { ...newAccountKey.parse({ name: 'k' }), requestKey: randomHex(8) }
  const { secret } = await createAccountKey(holderOf(id), wanted)
  return { bearer: secret ?? '', call }
}

async function newTokenPayer(): Promise<Payer> {
  const [key] = issuer.keys
  if (!key) throw new Error('The issuer has a key.')
  const sub = randomHex(8)
  const { call } = await paidBy(`oidc:${issuer.issuer}|${sub}`)
  return { bearer: await issuer.sign(key, { sub }), call }
}

const ask = (bearer: string, id: string) =>
  new Browser().get(`/api/receipts/${id}`, { headers: { authorization: `Bearer ${bearer}` } })

describe('who shows what the gateway takes', () => {
  test('opens the receipt of their own request, by the gateway’s id and by its identity', async () => {
    for (const { bearer, call } of [vault, account, token]) {
      for (const id of [call.callId ?? '', call.id]) {
        const { status, body } = await ask(bearer, id)
        expect(status).toBe(200)
        expect(body).toMatchObject({ receipts: [{ event: { id: call.id } }], more: false })
      }
    }
  })
  test('is told of nobody else’s that there is none', async () => {
    for (const { bearer, call } of [vault, otherVault, account, otherAccount, token]) {
      const others = [vault, otherVault, account, otherAccount, token].filter((payer) => payer.call !== call)
      for (const { callId, id } of others.map((payer) => payer.call)) {
        expect(await ask(bearer, callId ?? '')).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
        expect((await ask(bearer, id)).status).toBe(404)
      }
    }
  })
  test('sees their own alone where others gave the same id', async () => {
    const callId = `chosen-${randomHex(8)}`
    const calls = [vault, otherVault].map(({ call }) => usageEvent(call.keyHash, { callId }))
    await ingestEvents(ctx, { road: 'plugin', items: calls.map((raw) => ({ raw })) })
    const { body } = await ask(vault.bearer, callId)
    expect(body).toMatchObject({ receipts: [{ vault: '901', event: { id: calls[0]?.id } }], more: false })
  })
})

describe('a key that the gateway refuses', () => {
  const refused = { status: 401, body: { error: { code: 'invalid_api_key' } } }
  test('made up, a word or a scheme of another kind: 401', async () => {
    const [header = '', claims = ''] = token.bearer.split('.')
    const forged = `${header}.${claims}.${'A'.repeat(342)}`
    for (const bearer of [`sk-${randomHex(16)}`, 'sk-', 'a b']) {
      expect(await ask(bearer, vault.call.id)).toMatchObject(refused)
    }
    expect((await ask(forged, token.call.id)).status).toBe(401)
    const headers = { authorization: `Basic ${vault.bearer}` }
    expect(await new Browser().get(`/api/receipts/${vault.call.id}`, { headers })).toMatchObject(refused)
  })
  test('of a former owner: 403, as the receipts are the new one’s to read', async () => {
    const { bearer, call } = await newVaultPayer(903n)
    await block(call, 'paused')
    await block(call, 'transferred')
    expect(await ask(bearer, call.id)).toMatchObject({ status: 403, body: { error: { code: 'vault_blocked' } } })
  })
  test('replaced or revoked: 401, also if it was blocked before', async () => {
    const { bearer, call } = await newVaultPayer(904n)
    await block(call, 'limit')
    await ctx.db.update(apiKeys).set({ status: 'deleted' }).where(eq(apiKeys.keyHash, call.keyHash))
    expect(await ask(bearer, call.id)).toMatchObject(refused)
  })
})

test.each([
  ['paused', 911n],
  ['unfunded', 912n],
  ['capped', 913n],
  ['limit', 914n],
  ['closed', 915n],
  ['operator', 916n],
] as const)(
  'a key that may not spend (%s) still opens the receipts of what it paid, and nobody else’s',
  async (reason, vaultId) => {
    const { bearer, call } = await newVaultPayer(vaultId)
    await block(call, reason)
    expect(await ask(bearer, call.callId ?? '')).toMatchObject({
      status: 200,
      body: { receipts: [{ event: { id: call.id } }] },
    })
    expect((await ask(bearer, vault.call.id)).status).toBe(404)
  },
)
