import type { Clock } from '../clock.ts'
import type { Db } from '../db/client.ts'
import { outbox } from '../db/schema/index.ts'

export interface OutboxMessage {
  /** `domain.effect`; decides the handler. */
  readonly kind: string
  /** Identity of the effect: adding it again does nothing. */
  readonly dedupe: string
  /** JSON only: bigints go as decimal strings. */
  readonly payload: Record<string, unknown>
  /** Not before; now if absent. */
  readonly runAt?: Date
}

/** Decides side effects; call it in the transaction that has their cause. */
export async function addToOutbox(
  ctx: { readonly db: Db; readonly clock: Clock },
  messages: readonly OutboxMessage[],
): Promise<void> {
  if (messages.length === 0) return
  const now = ctx.clock()
  await ctx.db
    .insert(outbox)
    .values(messages.map((message) => ({ ...message, runAt: message.runAt ?? now, createdAt: now })))
    .onConflictDoNothing({ target: outbox.dedupe })
}
