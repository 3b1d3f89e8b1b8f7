import type { ServiceContext } from '#services/platform/context.ts'
import { getPollState } from '../polling/poll-spend-logs.ts'
import { countDeadLetters, countEvents } from './store.ts'

export interface MeteringState {
  /** Events stored since the beginning. */
  readonly events: number
  /** Open dead letters by reason. */
  readonly deadLetters: ReadonlyMap<string, number>
  /** When the newest of them came; null without any. */
  readonly newestDeadLetterAt: Date | null
  /** Keys whose rows in LiteLLM's books are read. */
  readonly keys: number
  /** How long ago the read began that is furthest back among the keys' last ones, in ms; null without keys. */
  readonly pollLagMs: number | null
}

/** How metering stands, for operators: what is stored, what could not be, how far behind the reading of books is. */
export async function getMeteringState(ctx: ServiceContext): Promise<MeteringState> {
  const [events, letters, { keys, oldestReadAt }] = await Promise.all([
    countEvents(ctx.db, ctx.deploymentId),
    countDeadLetters(ctx.db),
    getPollState(ctx),
  ])
  const pollLagMs = oldestReadAt === null ? null : Math.max(0, ctx.clock().getTime() - oldestReadAt.getTime())
  const deadLetters = new Map(letters.map(({ reason, open }) => [reason, open]))
  return { events, deadLetters, newestDeadLetterAt: letters[0]?.newestAt ?? null, keys, pollLagMs }
}
