import { sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { rateFlights, rateSlices } from '#services/platform/db/schema/index.ts'
import { run, type Statement } from '#services/platform/db/statement.ts'
import type { Flight, RateRequest, RateTimes, Verdict } from './schemas.ts'

/** A request that has ended, and what it used. */
export interface Ended {
  readonly flight: Flight
  readonly usedTokens: bigint
}

interface Counted {
  readonly refused_by: 'requests' | 'tokens' | 'parallel' | null
  readonly retry_after_ms: string
  readonly counted_in: string
}

const countText: Statement = {
  name: 'rate_limits.count',
  text: 'select * from count_requests($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
}

const NO_LIMITS = { requestsPerMinute: 0, tokensPerMinute: 0, parallelRequests: 0 }

interface Turn {
  readonly subject: string
  readonly process: string
  /** Requests of the process that go on. */
  readonly live: bigint
  readonly ended: readonly Ended[]
  /** All under the same limits. */
  readonly asked: readonly RateRequest[]
}

/** Counts what ended and lets in what asks, in one step; a verdict for each that asks. */
export async function countRequests(db: Db, turn: Turn, { windowMs, leaseMs }: RateTimes): Promise<Verdict[]> {
  const { subject, process, live, ended, asked } = turn
  const { requestsPerMinute, tokensPerMinute, parallelRequests } = asked[0]?.limits ?? NO_LIMITS
  const rows = await run<Counted>(db, countText, [
    subject,
    process,
    live,
    ended.map(({ flight }) => flight.slice),
    ended.map(({ flight, usedTokens }) => usedTokens - flight.tokens),
    asked.map(({ tokens }) => tokens),
    requestsPerMinute,
    tokensPerMinute,
    parallelRequests,
    windowMs,
    leaseMs,
  ])
  return rows.map(({ refused_by: refusedBy, ...row }) =>
    refusedBy === null
      ? { refusedBy, slice: BigInt(row.counted_in) }
      : { refusedBy, retryAfterMs: Number(row.retry_after_ms) },
  )
}

/** Says that the process lives, to those that count for these subjects. */
export async function renewFlights(
  db: Db,
  process: string,
  { subjects, leaseMs }: { subjects: readonly string[]; leaseMs: number },
): Promise<void> {
  await db.execute(sql`
    update rate_flights set ends_at = clock_timestamp() + ${leaseMs}::bigint * interval '1 millisecond'
    where process = ${process} and subject in (select jsonb_array_elements_text(${JSON.stringify(subjects)}::jsonb))`)
}

/** Forgets counters that nobody asked for since their window ended, and flights of processes that died. */
export async function deleteStale(db: Db, windowMs: number): Promise<void> {
  await db
    .delete(rateSlices)
    .where(sql`${rateSlices.slice} <= floor(extract(epoch from clock_timestamp()) * 1000 / ${windowMs / 60}) - 61`)
  await db.delete(rateFlights).where(sql`${rateFlights.endsAt} <= clock_timestamp()`)
}
