import type { VaultReport } from '#lib/flow/vault-report.ts'
import type { KeyBlockReason } from '#lib/keys/key-blocks.ts'
import { type GuardTerms, judgeVault, payableUsd, type PeriodUsage, vaultBlockReasons } from '#lib/keys/judge-vault.ts'
import { addKeyBlock, type GuardedKey, liftKeyBlock, listGuardedKeys, setKeyBudget } from '#services/api-keys/index.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { planReadings } from '#services/settlement/index.ts'
import { wantedBudget } from './key-budget.ts'
import { readTerms } from './read-terms.ts'
import { readUsage } from './read-usage.ts'
import { readVaults } from './reports/read-vaults.ts'

/** A reason of the guard's own that a key should have or not have. */
interface Difference {
  readonly reason: (typeof vaultBlockReasons)[number]
  readonly wanted: boolean
}

/** Where what blocks a key differs from what should. */
export function differences(
  key: GuardedKey,
  vault: VaultReport,
  usage: readonly PeriodUsage[],
  terms: GuardTerms,
): Difference[] {
  const wanted: readonly KeyBlockReason[] = judgeVault(vault, key.maker, usage, terms)
  return vaultBlockReasons
    .filter((reason) => wanted.includes(reason) !== key.reasons.includes(reason))
    .map((reason) => ({ reason, wanted: wanted.includes(reason) }))
}

/**
 * Judges vaults by what the chain and the meters say now, and blocks or frees their keys. What blocks a key is read
 * first: a block that is added while this runs rests on newer knowledge, and is not lifted.
 */
export async function guardVaults(ctx: ServiceContext, vaultIds: readonly bigint[]): Promise<void> {
  requireSystem(ctx.actor)
  const keys = await listGuardedKeys(ctx, vaultIds)
  const guarded = keys.map(({ vaultId }) => vaultId)
  const vaults = await readVaults(ctx, guarded)
  const [terms, usages] = await Promise.all([readTerms(ctx), readUsage(ctx, guarded)])
  let tightened = false
  const failures: unknown[] = []
  for (const key of keys) {
    const vault = vaults.get(key.vaultId)
    // A node that is behind doesn't know the vault yet.
    if (!vault) continue
    try {
      const added = await guardKey(ctx, key, vault, { usage: usages.get(key.vaultId) ?? [], terms })
      tightened ||= added
    } catch (error) {
      failures.push(error)
    }
  }
  // What was used so far has only the settle delay to settle, so it doesn't wait for its turn.
  if (tightened) await planReadings(ctx)
  // One key's trouble keeps no other from being blocked, but whoever asked is told.
  if (failures.length > 0) throw failures[0]
}

/** True when a block was added. */
async function guardKey(
  ctx: ServiceContext,
  key: GuardedKey,
  vault: VaultReport,
  { usage, terms }: { usage: readonly PeriodUsage[]; terms: GuardTerms },
): Promise<boolean> {
  let added = false
  for (const { reason, wanted } of differences(key, vault, usage, terms)) {
    if (wanted) added = (await addKeyBlock(ctx, { keyId: key.id, reason })) || added
    else if (reason !== 'transferred') await liftKeyBlock(ctx, { keyId: key.id, reason })
    const figures = { payableUsd: payableUsd(vault, usage, terms).toString(), floorUsd: terms.floorUsd.toString() }
    ctx.log.info({ vaultId: key.vaultId.toString(), reason, blocked: wanted, ...figures }, 'a key was judged anew')
  }
  const budgetUsd = wantedBudget(vault, key.budgetUsd, terms.usdPerFlow)
  if (budgetUsd !== null) await setKeyBudget(ctx, { keyId: key.id, budgetUsd })
  return added
}
