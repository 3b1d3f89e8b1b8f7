import type { CompareKey } from '#services/api-keys/index.ts'
import { hasBudgets, type KnownKey } from '#services/clients/litellm/index.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { REFUSED_FIELD, refusedEntry } from './refused-entry.ts'
import { tellKeyLimits } from './restrict-keys.ts'
import { findKeyLimits, type KeyLimitsRow, readKeyLimits, saveKeyLimits } from './store.ts'

/**
 * Has LiteLLM told of a key's limits again where it knows others than it was told: its database was restored, or
 * somebody changed the key there, and nothing else would notice that a limit refuses nobody.
 */
export const compareKeyLimits: CompareKey = async (ctx, keyId, known) => {
  const seen = await readKeyLimits(ctx.db, keyId)
  // It is being told anyway.
  if (!seen || seen.appliedRevision !== seen.revision || isHeld(seen, known)) return false
  return withTransaction(ctx, async (tx) => {
    const [row] = await findKeyLimits(tx.db, [keyId])
    if (row?.revision !== seen.revision) return false
    ctx.log.warn({ keyId }, 'LiteLLM had other limits of a key')
    const revision = row.revision + 1
    await saveKeyLimits(tx.db, { ...row, revision, updatedAt: tx.clock() })
    await tellKeyLimits(tx, keyId, revision)
    return true
  })
}

function isHeld({ refused, budgets }: KeyLimitsRow, known: KnownKey): boolean {
  const entries = JSON.stringify(refused.map(refusedEntry))
  return JSON.stringify(known.metadata[REFUSED_FIELD] ?? []) === entries && hasBudgets(known.budgets, budgets)
}
