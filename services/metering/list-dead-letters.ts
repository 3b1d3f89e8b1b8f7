import type { Road } from '#lib/metering/usage-event.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { ingestEvents } from './ingest-events.ts'
import {
  countOpenDeadLetters,
  type DeadLetterRow,
  listOpenDeadLetters,
  resolveDeadLetters,
} from './dead-letters/store.ts'

const LIMIT = 500

/** Usage that waits for somebody to look at it, oldest first, and how much of it there is. */
export async function listDeadLetters(
  ctx: ServiceContext,
  limit = 100,
): Promise<{ total: number; letters: DeadLetterRow[] }> {
  const [total, letters] = await Promise.all([
    countOpenDeadLetters(ctx.db),
    listOpenDeadLetters(ctx.db, Math.min(limit, LIMIT)),
  ])
  return { total, letters }
}

const isRoad = (road: string): road is Road => road === 'plugin' || road === 'poll' || road === 'gateway'

/**
 * Tries again to store what could not be stored, after its cause is gone. What is an event now is resolved; the rest
 * stays as it is. Hints are not replayed: the regular poll has read what they pointed at.
 */
export async function replayDeadLetters(ctx: ServiceContext): Promise<{ resolved: number; left: number }> {
  const letters = await listOpenDeadLetters(ctx.db, LIMIT)
  const resolved: bigint[] = []
  for (const road of ['plugin', 'poll', 'gateway'] as const) {
    const ours = letters.filter((letter) => isRoad(letter.road) && letter.road === road)
    const result = await ingestEvents(ctx, { road, items: ours.map(({ payload }) => ({ raw: payload })) })
    const refused = new Set(result.rejected.map(({ index }) => index))
    resolved.push(...ours.filter((_, index) => !refused.has(index)).map(({ id }) => id))
  }
  await resolveDeadLetters(ctx.db, resolved, ctx.clock())
  return { resolved: resolved.length, left: letters.length - resolved.length }
}
