import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { OutboxHandler, Outcome } from '#services/platform/outbox/dispatch.ts'
import { limitsOf } from './key-limits.ts'
import { KEY_STATE_KIND } from './set-status.ts'
import { findKey, type KeyRow } from './store.ts'

/** A key that should be refused is served while LiteLLM is away and comes back: so it is asked again soon. */
const UNREACHABLE_MS = 500

/** Brings LiteLLM's state of keys to ours. */
export const keyStateHandler: OutboxHandler = {
  kind: KEY_STATE_KIND,
  batch: 10,
  async handle(ctx, messages) {
    const keyIds = [...new Set(messages.map(({ payload }) => String(payload['keyId'])))]
    const outcomes = new Map(await Promise.all(keyIds.map(async (id) => [id, await tellState(ctx, id)] as const)))
    return new Map(
      messages.flatMap(({ id, payload }) => {
        const outcome = outcomes.get(String(payload['keyId']))
        return outcome ? [[id, outcome] as const] : []
      }),
    )
  },
}

async function tellState(ctx: ServiceContext, keyId: string): Promise<Outcome> {
  try {
    await matchLitellm(ctx, keyId)
    return { kind: 'done' }
  } catch (error) {
    if (error instanceof AppError && error.code === 'litellm_unreachable') {
      return { kind: 'later', afterMs: UNREACHABLE_MS }
    }
    ctx.log.error({ err: error, keyId }, "LiteLLM could not be told of a key's state")
    return { kind: 'error', error: error instanceof Error ? error.message : String(error) }
  }
}

/**
 * Tells LiteLLM what the row says. No lock is held meanwhile: whoever finds afterwards that the row has changed tells
 * it again, so that of several that overtake each other the last to end leaves the newest state.
 */
export async function matchLitellm(ctx: ServiceContext, keyId: string): Promise<void> {
  for (let told = -1; ;) {
    const key = await findKey(ctx.db, keyId)
    if (!key?.keyHash || key.revision === told) return
    await tell(ctx, key, key.keyHash)
    told = key.revision
  }
}

async function tell(ctx: ServiceContext, key: KeyRow, hash: string): Promise<void> {
  try {
    if (key.status === 'deleted') await ctx.litellm.deleteKey({ hash })
    else if (key.status === 'blocked') await ctx.litellm.blockKey(hash)
    else {
      // Never served without its limits.
      await ctx.litellm.setKeyLimits(hash, limitsOf(ctx, key))
      await ctx.litellm.unblockKey(hash)
    }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'litellm_refused') throw error
    const known = await ctx.litellm.keyInfo(hash)
    if (known && known.status !== 'deleted') throw error
    // A key that LiteLLM doesn't have is refused there, whatever we wish.
    ctx.log.error({ keyId: key.id, wanted: key.status }, 'LiteLLM has lost a key')
  }
}
