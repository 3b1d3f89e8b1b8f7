import { expect } from 'vitest'
import { keyStateHandler } from '#services/api-keys/index.ts'
import { ingestEvents } from '#services/metering/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { sha256Hex } from '#services/platform/crypto/hash.ts'
import { outbox } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { createReadingHandler, planReadings } from '#services/settlement/index.ts'
import { createVaultKey } from '#services/vault-guard/index.ts'
import { oracleVariables } from './billed-vault.ts'
import { type ChainWorld, openChainWorld } from './chain-world.ts'
import { useLitellm } from './stack.ts'
import { openTestWeb } from './test-web.ts'
import { usageEvent } from './usage-events.ts'
import type { Wallet } from './web-browser.ts'

/** A vault with a key that works. */
export interface GuardedVault {
  readonly vaultId: bigint
  readonly owner: Wallet
  readonly secret: string
  readonly hash: string
}

/** Vaults on the real chain with keys of the real LiteLLM, and the oracle's steps one by one. */
export interface GuardedVaults {
  readonly world: ChainWorld
  readonly base: ServiceContext
  readonly system: ServiceContext
  as(wallet: Wallet): ServiceContext
  /** A new vault with 10 FLOW unless told otherwise. */
  newVault(deposit?: string): Promise<GuardedVault>
  /** What LiteLLM answers to a call with the key: 200, or 401 when it refuses it. */
  callWith(secret: string): Promise<number>
  /** The collector stores usage of a key: gpt-4 costs 0.00003 USD a token. */
  use(vault: GuardedVault, tokens: number): Promise<void>
  /** LiteLLM is told what was decided. */
  tell(): Promise<void>
  /** All usage is brought to the chain. */
  settle(): Promise<void>
}

export async function openGuardedVaults(more: Record<string, string> = {}): Promise<GuardedVaults> {
  const world = await openChainWorld()
  const litellm = await useLitellm()
  const base = await openTestWeb(world, {
    ...oracleVariables(world),
    LITELLM_URL: litellm.url,
    LITELLM_MASTER_KEY: litellm.masterKey,
    ...more,
  })
  const system = withActor(base, { kind: 'system', job: 'test' })
  const as = ({ address }: Wallet): ServiceContext => withActor(base, { kind: 'user', address })
  const readings = createReadingHandler()

  async function callWith(secret: string): Promise<number> {
    const response = await fetch(`${litellm.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4', messages: [{ role: 'user', content: 'hello' }] }),
    })
    await response.body?.cancel()
    return response.status
  }

  return {
    world,
    base,
    system,
    as,
    callWith,
    async newVault(deposit = '10.0') {
      const owner = await world.newWallet()
      const vaultId = await world.openVault(owner, { deposit })
      const { secret = '' } = await createVaultKey(as(owner), { vaultId })
      expect(await callWith(secret)).toBe(200)
      return { vaultId, owner, secret, hash: sha256Hex(secret) }
    },
    async use({ hash }, tokens) {
      const startedAt = new Date().toISOString()
      const raw = usageEvent(hash, { model: 'gpt-4', inputTokens: String(tokens), outputTokens: '0', startedAt })
      const result = await ingestEvents(system, { road: 'plugin', items: [{ raw }] })
      expect(result).toMatchObject({ stored: 1, rejected: [] })
    },
    async tell() {
      while ((await dispatchOutbox(system, keyStateHandler)) > 0);
    },
    async settle() {
      await planReadings(system)
      while ((await dispatchOutbox(system, readings)) > 0) await base.db.update(outbox).set({ runAt: new Date(0) })
    },
  }
}
