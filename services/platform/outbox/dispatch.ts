import { type SQL, sql } from 'drizzle-orm'
import type { ServiceContext } from '../context.ts'
import { outbox } from '../db/schema/index.ts'

export interface ClaimedMessage {
  readonly id: bigint
  readonly payload: Record<string, unknown>
  /** Claims before this one that ended in an error. */
  readonly attempts: number
}

/** How a message ended: done, to look at again after a while (not an error), or an error. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'later'; readonly afterMs: number }
  | { readonly kind: 'error'; readonly error: string }

/** Carries out messages of one kind. Must be safe to repeat; a message without an outcome counts as an error. */
export interface OutboxHandler {
  readonly kind: string
  /** Messages handed over at once, at most. */
  readonly batch: number
  handle(ctx: ServiceContext, messages: readonly ClaimedMessage[]): Promise<ReadonlyMap<bigint, Outcome>>
}

/** A claim is renewed so often while its worker lives; when a whole lease passes without it the messages come back. */
const RENEWALS_PER_LEASE = 3
const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 60_000

/** Wait before the next try after `attempts` errors: doubles from 1 s to 1 min. */
export const retryDelayMs = (attempts: number): number =>
  Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(Math.max(attempts - 1, 0), 20))

interface Claim extends ClaimedMessage {
  readonly fence: number
}

/** By the database's clock, which all workers share. */
const leaseEnd = (ctx: ServiceContext): SQL =>
  sql`now() + ${ctx.env.oracle.outboxLeaseMs}::integer * interval '1 millisecond'`

async function claim(ctx: ServiceContext, handler: OutboxHandler): Promise<Claim[]> {
  const now = ctx.clock()
  const result = await ctx.db.execute<{
    id: string
    payload: Record<string, unknown>
    attempts: number
    fence: number
  }>(sql`
    update outbox set leased_until = ${leaseEnd(ctx)}, fence = fence + 1
    where id in (
      select id from outbox
      where kind = ${handler.kind} and done_at is null and run_at <= ${now.toISOString()} and leased_until <= now()
      order by run_at, id limit ${handler.batch}
      for update skip locked
    )
    returning id, payload, attempts, fence`)
  return result.rows.map((row) => ({ ...row, id: BigInt(row.id) })).sort((a, b) => (a.id < b.id ? -1 : 1))
}

async function settle(ctx: ServiceContext, message: Claim, outcome: Outcome): Promise<void> {
  const now = ctx.clock()
  const after = (ms: number): Date => new Date(now.getTime() + ms)
  const change =
    outcome.kind === 'done'
      ? { doneAt: now, lastError: null }
      : outcome.kind === 'later'
        ? { runAt: after(outcome.afterMs) }
        : {
            runAt: after(retryDelayMs(message.attempts + 1)),
            attempts: message.attempts + 1,
            lastError: outcome.error.slice(0, 2_000),
          }
  // Only the latest claim may write: a worker that was paused past its lease changes nothing.
  await ctx.db
    .update(outbox)
    .set({ ...change, leasedUntil: new Date(0) })
    .where(sql`${outbox.id} = ${message.id} and ${outbox.fence} = ${message.fence} and ${outbox.doneAt} is null`)
}

/** Moves the claims' end forward until it is stopped, which waits for the last move. */
function keepClaimed(ctx: ServiceContext, claimed: readonly Claim[]): () => Promise<void> {
  const pairs = sql.join(
    claimed.map(({ id, fence }) => sql`(${id}::bigint, ${fence}::integer)`),
    sql`, `,
  )
  const renew = async (): Promise<void> => {
    await ctx.db.execute(sql`
      update outbox set leased_until = ${leaseEnd(ctx)}
      where (id, fence) in (${pairs}) and done_at is null`)
  }
  let renewing = Promise.resolve()
  const timer = setInterval(() => {
    renewing = renew().catch((err: unknown) => ctx.log.warn({ err }, 'a claim on outbox messages could not be renewed'))
  }, ctx.env.oracle.outboxLeaseMs / RENEWALS_PER_LEASE)
  return () => {
    clearInterval(timer)
    return renewing
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Claims due messages of the handler's kind and carries them out. Returns how many were claimed. */
export async function dispatchOutbox(ctx: ServiceContext, handler: OutboxHandler): Promise<number> {
  const claimed = await claim(ctx, handler)
  if (claimed.length === 0) return 0
  let outcomes: ReadonlyMap<bigint, Outcome> = new Map()
  let failure = 'the handler gave no outcome'
  const letGo = keepClaimed(ctx, claimed)
  try {
    outcomes = await handler.handle(ctx, claimed)
  } catch (error) {
    failure = messageOf(error)
    ctx.log.error({ err: error, kind: handler.kind }, 'outbox handler failed')
  } finally {
    await letGo()
  }
  for (const message of claimed) {
    await settle(ctx, message, outcomes.get(message.id) ?? { kind: 'error', error: failure })
  }
  return claimed.length
}
