import { eq } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import {
  addKeyBlock,
  createKey,
  createKeyReconciler,
  keyStateHandler,
  liftKeyBlock,
  setKeyBudget,
} from '#services/api-keys/index.ts'
import { meteredRoutes } from '#services/clients/litellm/index.ts'
import { compareKeyLimits } from '#services/limits/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { sha256Hex } from '#services/platform/crypto/hash.ts'
import { apiKeys } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { useLitellm } from '#tests/support/stack.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import type { Wallet } from '#tests/support/web-browser.ts'

let world: ChainWorld
let base: ServiceContext
let system: ServiceContext
let owner: Wallet

beforeAll(async () => {
  world = await openChainWorld()
  const litellm = await useLitellm()
  base = await openTestWeb(world, {
    LITELLM_URL: litellm.url,
    LITELLM_MASTER_KEY: litellm.masterKey,
    KEY_TOKENS_PER_MINUTE: '7000',
    KEY_PARALLEL_REQUESTS: '3',
  })
  system = withActor(base, { kind: 'system', job: 'test' })
  owner = await world.newWallet('1000.0')
})

async function newKey(): Promise<{ vaultId: bigint; hash: string }> {
  const vaultId = await world.openVault(owner)
  const { secret = '' } = await createKey(withActor(base, { kind: 'user', address: owner.address }), { vaultId })
  return { vaultId, hash: sha256Hex(secret) }
}

async function tellLitellm(): Promise<void> {
  while ((await dispatchOutbox(system, keyStateHandler)) > 0);
}

/** Leaves a key these routes, as a release that knew fewer did. */
async function openAlone(key: string, allowed_routes: string[]): Promise<void> {
  const { url, masterKey } = base.env.litellm
  const headers = { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ key, allowed_routes })
  expect((await fetch(`${url}/key/update`, { method: 'POST', headers, body })).status).toBe(200)
}

const limits = { tokensPerMinute: 7_000, parallelRequests: 3 }

test('a key is made with its limits, and gets its budget later', async () => {
  const { hash } = await newKey()
  expect(await base.litellm.keyInfo(hash)).toMatchObject({ limits: { ...limits, hasBudget: false } })
  const [row] = await base.db.select().from(apiKeys)
  const budget = { keyId: row?.id ?? '', budgetUsd: parseUsd('100.5') }
  expect(await setKeyBudget(system, budget)).toBe(true)
  expect(await setKeyBudget(system, budget)).toBe(false)
  await tellLitellm()
  expect(await base.litellm.keyInfo(hash)).toMatchObject({ limits: { ...limits, hasBudget: true } })
})

test('what somebody changed in LiteLLM is put right, whichever way it differs', async () => {
  const [blocked, served, widened, older] = [await newKey(), await newKey(), await newKey(), await newKey()]
  await addKeyBlock(system, { vaultId: blocked.vaultId, reason: 'operator' })
  await tellLitellm()
  await base.litellm.unblockKey(blocked.hash)
  await base.litellm.blockKey(served.hash)
  await base.litellm.setKeyLimits(widened.hash, { tokensPerMinute: 9_999_999, parallelRequests: 3, budgetUsd: null })
  await openAlone(older.hash, ['/v1/chat/completions'])

  const reconcile = createKeyReconciler(compareKeyLimits)
  expect(await reconcile(system)).toBe(4)
  await tellLitellm()
  expect(await base.litellm.keyInfo(blocked.hash)).toMatchObject({ status: 'blocked' })
  expect(await base.litellm.keyInfo(served.hash)).toMatchObject({ status: 'active' })
  expect(await base.litellm.keyInfo(widened.hash)).toMatchObject({ limits })
  expect(await base.litellm.keyInfo(older.hash)).toMatchObject({ allowedRoutes: meteredRoutes })
  expect(await reconcile(system)).toBe(0)
})

test('a replaced key that LiteLLM has again is deleted again', async () => {
  const { vaultId, hash } = await newKey()
  const [row] = (await base.db.select().from(apiKeys)).filter((key) => key.keyHash === hash)
  await createKey(withActor(base, { kind: 'user', address: owner.address }), { vaultId, reissue: true })
  await tellLitellm()
  const secret = 'sk-restored-from-a-copy-of-the-database'
  await base.litellm.generateKey({ alias: `restored-${vaultId}`, secret, metadata: {} })
  await base.db
    .update(apiKeys)
    .set({ keyHash: sha256Hex(secret) })
    .where(eq(apiKeys.id, row?.id ?? ''))
  expect(await createKeyReconciler(compareKeyLimits)(system)).toBe(1)
  await tellLitellm()
  expect(await base.litellm.keyInfo(sha256Hex(secret))).toMatchObject({ status: 'deleted' })
})

test('a decision that LiteLLM is just being told of is no difference', async () => {
  const { vaultId } = await newKey()
  await addKeyBlock(system, { vaultId, reason: 'paused' })
  const racing: ServiceContext = {
    ...system,
    litellm: {
      ...system.litellm,
      keyInfo: async (hash) => {
        const known = await system.litellm.keyInfo(hash)
        await liftKeyBlock(system, { vaultId, reason: 'paused' })
        return known
      },
    },
  }
  await createKeyReconciler(compareKeyLimits)(racing)
  await tellLitellm()
  const pending = await base.db.select().from(apiKeys).where(eq(apiKeys.vaultId, vaultId))
  expect(pending[0]).toMatchObject({ status: 'active', revision: 2 })
})
