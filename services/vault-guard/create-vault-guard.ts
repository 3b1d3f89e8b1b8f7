import type { VaultReport } from '#lib/flow/vault-report.ts'
import type { GuardTerms } from '#lib/keys/judge-vault.ts'
import { type GuardedKey, listGuardedKeys } from '#services/api-keys/index.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { differences, guardVaults } from './guard-vaults.ts'
import { wantedBudget } from './key-budget.ts'
import { readChanges } from './read-changes.ts'
import { readTerms } from './read-terms.ts'
import { type KnownPrices, readUsage } from './read-usage.ts'
import { readVaults } from './reports/read-vaults.ts'
import { saveTerms } from './reports/store.ts'

/** Every vault is read again this often, whatever its events said. */
const SWEEP_MS = 60_000
/** Further behind than this, events are not read: all vaults are. */
const BLOCKS_BEHIND = 1_000

/** What a process knows between two rounds. */
interface Knowledge {
  /** Events up to this height are known; null before the first round. */
  height: number | null
  readonly vaults: Map<bigint, VaultReport>
  readonly prices: KnownPrices
  /** Vaults that were read longest ago come first. */
  readonly queue: Set<bigint>
}

/**
 * Watches over the vaults of all keys. A round costs a fixed number of questions about events and reads only vaults
 * that something happened to, and a few more in turn. What it knows from before only says whom to look at: a key is
 * blocked or freed by what the chain and the meters say then.
 */
export function createVaultGuard(): (ctx: ServiceContext) => Promise<void> {
  const knowledge: Knowledge = { height: null, vaults: new Map(), prices: new Map(), queue: new Set() }
  return async (ctx) => {
    requireSystem(ctx.actor)
    const followedAt = ctx.clock()
    const keys = await listGuardedKeys(ctx)
    await refresh(ctx, knowledge, new Set(keys.map(({ vaultId }) => vaultId)))
    const terms = await readTerms(ctx)
    const { usdPerFlow, settleDelayMs, now: readAt } = terms
    await saveTerms(ctx.db, ctx.deploymentId, { usdPerFlow, settleDelayMs, readAt, followedAt })
    const suspects = await findSuspects(ctx, knowledge, keys, terms)
    if (suspects.length > 0) await guardVaults(ctx, suspects)
  }
}

/** Brings what is known to the chain's latest height; what fails on the way is done again by the next round. */
async function refresh(ctx: ServiceContext, known: Knowledge, guarded: ReadonlySet<bigint>): Promise<void> {
  for (const id of known.queue) if (!guarded.has(id)) forget(known, id)
  for (const id of guarded) known.queue.add(id)
  const { height } = await ctx.chain.latestBlock()
  const isBehind = known.height === null || height < known.height || height - known.height > BLOCKS_BEHIND
  const changed = isBehind ? guarded : await readChanges(ctx, (known.height ?? height) + 1, height)
  const due = new Set([...changed, ...nextInTurn(ctx, known)].filter((id) => guarded.has(id)))
  for (const id of guarded) if (!known.vaults.has(id)) due.add(id)
  const vaults = await readVaults(ctx, [...due])
  for (const id of due) {
    forget(known, id)
    known.queue.add(id)
    const vault = vaults.get(id)
    // What is not known is asked for again by the next round: its events are not.
    if (vault) known.vaults.set(id, vault)
  }
  known.height = height
}

function forget(known: Knowledge, id: bigint): void {
  known.queue.delete(id)
  known.vaults.delete(id)
}

function nextInTurn(ctx: ServiceContext, { queue }: Knowledge): bigint[] {
  const share = Math.ceil((queue.size * ctx.env.guard.intervalMs) / SWEEP_MS)
  return [...queue].slice(0, share)
}

/** Vaults whose key seems to need another state than it has. */
async function findSuspects(
  ctx: ServiceContext,
  known: Knowledge,
  keys: readonly GuardedKey[],
  terms: GuardTerms,
): Promise<bigint[]> {
  const vaultIds = keys.map(({ vaultId }) => vaultId)
  const usages = await readUsage(ctx, vaultIds, known.prices)
  return keys
    .filter((key) => {
      const vault = known.vaults.get(key.vaultId)
      if (!vault) return false
      const differs = differences(key, vault, usages.get(key.vaultId) ?? [], terms)
      return differs.some(canChange) || wantedBudget(vault, key.budgetUsd, terms.usdPerFlow) !== null
    })
    .map(({ vaultId }) => vaultId)
}

/** A transferred key stays blocked, also when the vault comes back to its maker. */
const canChange = ({ reason, wanted }: { reason: string; wanted: boolean }): boolean =>
  wanted || reason !== 'transferred'
