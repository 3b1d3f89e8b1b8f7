import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { addToOutbox } from '#services/platform/outbox/add.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { keepDeadLetters } from '../dead-letters/keep-dead-letters.ts'
import { requireCollector } from '../require-collector.ts'
import { findLatestPoll, hasKey, insertPoll } from './store.ts'

export interface RequestPollInput {
  readonly vaultId: bigint
  /** What asked for it, a short word. */
  readonly reason: string
  /** Kept with the dead letter when the vault is unknown. */
  readonly payload: unknown
}

export type RequestedPoll =
  | { readonly ok: true; readonly pollId: string }
  | { readonly ok: false; readonly deadLetter: string }

/** Outbox kind of a poll; the handler is `runRequestedPolls`. */
export const POLL_KIND = 'metering.poll'

/**
 * Asks for the spend logs of a vault's keys to be read at once. While one such poll waits, asking again gives the
 * same one. A vault that has no key is unknown: what named it is kept as a dead letter.
 */
export async function requestPoll(ctx: ServiceContext, input: RequestPollInput): Promise<RequestedPoll> {
  requireCollector(ctx.actor)
  return withTransaction(ctx, async (tx) => {
    if (!(await hasKey(tx.db, tx.deploymentId, input.vaultId))) {
      const letter = { road: 'webhook', reason: 'unknown_vault' as const, detail: null, payload: input.payload }
      const [deadLetter = ''] = await keepDeadLetters(tx, [letter])
      return { ok: false, deadLetter }
    }
    const id = `poll_${randomHex(12)}`
    const { vaultId, reason } = input
    const made = await insertPoll(tx.db, {
      id,
      deploymentId: tx.deploymentId,
      vaultId,
      reason,
      requestedAt: tx.clock(),
    })
    if (made) await addToOutbox(tx, [{ kind: POLL_KIND, dedupe: id, payload: { pollId: id } }])
    // The one that waited may have begun meanwhile: it reads after this hint, and answers it all the same.
    return { ok: true, pollId: made ? id : ((await findLatestPoll(tx.db, tx.deploymentId, vaultId)) ?? id) }
  })
}
