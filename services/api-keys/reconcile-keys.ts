import { requireSystem } from '#services/auth/index.ts'
import { type KnownKey, meteredRoutes } from '#services/clients/litellm/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { limitsOf } from './key-limits.ts'
import { setStatus } from './set-status.ts'
import { awaitKey, type KeyRow, listMadeKeys } from './store.ts'

/** Keys that one round looks at: each costs a question to LiteLLM. */
const AT_ONCE = 20

/** What another domain has LiteLLM keep of a key: true where that differed, and LiteLLM is being told again. */
export type CompareKey = (ctx: ServiceContext, keyId: string, known: KnownKey) => Promise<boolean>

/**
 * Compares LiteLLM's state of a few keys with ours, all keys in turn, and has LiteLLM told again where they differ:
 * after its database was restored, or somebody changed a key there. Returns the round; how many differed is its result.
 */
export function createKeyReconciler(compareMore: CompareKey): (ctx: ServiceContext) => Promise<number> {
  let last = ''
  return async (ctx) => {
    requireSystem(ctx.actor)
    const keys = await listMadeKeys(ctx.db, ctx.deploymentId, { after: last, limit: AT_ONCE })
    let different = 0
    for (const key of keys) {
      // A key that LiteLLM has lost can't be used, and can't be told anything.
      const known = key.keyHash ? await ctx.litellm.keyInfo(key.keyHash) : null
      if (!known) continue
      const isState = differs(ctx, key, known)
      if (isState) await tellAgain(ctx, key)
      const isMore = key.status !== 'deleted' && (await compareMore(ctx, key.id, known))
      if (isState || isMore) different += 1
    }
    last = keys.length === AT_ONCE ? (keys.at(-1)?.id ?? '') : ''
    return different
  }
}

function differs(ctx: ServiceContext, key: KeyRow, known: KnownKey): boolean {
  if (known.status !== key.status) return known.status !== 'deleted'
  if (key.status !== 'active') return false
  const { tokensPerMinute, parallelRequests, budgetUsd } = limitsOf(ctx, key)
  const { limits, allowedRoutes } = known
  return (
    // A key of a former release may use fewer.
    allowedRoutes.join() !== meteredRoutes.join() ||
    limits.tokensPerMinute !== tokensPerMinute ||
    limits.parallelRequests !== parallelRequests ||
    limits.hasBudget !== (budgetUsd !== null)
  )
}

/** Unless it changed since it was read: then LiteLLM is being told anyway. */
const tellAgain = (ctx: ServiceContext, seen: KeyRow): Promise<void> =>
  withTransaction(ctx, async (tx) => {
    const key = await awaitKey(tx.db, tx.deploymentId, seen.id)
    if (key?.revision !== seen.revision || key.status === 'pending') return
    ctx.log.warn({ keyId: key.id, wanted: key.status }, 'LiteLLM had another state of a key')
    await setStatus(tx, key, key.status)
  })
