import { sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { rateFlights, rateSlices } from '#services/platform/db/schema/index.ts'
import { type Column, rowsOf } from '#services/platform/db/rows-of.ts'
import { run, type Statement } from '#services/platform/db/statement.ts'
import type { Flight, RateCounter, RateTimes, Verdict } from './schemas.ts'

const ADMIT: Statement = {
  name: 'rate_admit',
  text: 'select * from admit_request($1, $2, $3, $4, $5, $6, $7, $8)',
}
const END: Statement = {
  name: 'rate_end',
  text: `
    with ended as (delete from rate_flights where subject = $1 and request_id = $2 returning subject)
    update rate_slices set tokens = greatest(0, tokens + $4::bigint)
    from ended where rate_slices.subject = ended.subject and slice = $3`,
}
interface Admitted {
  readonly refused_by: 'requests' | 'tokens' | 'parallel' | null
  readonly retry_after_ms: string
  readonly counted_in: string
}
const FLIGHT: readonly Column<Flight>[] = [
  ['subject', 'text', ({ subject }) => subject],
  ['request_id', 'text', ({ requestId }) => requestId],
]

const verdictOf = ({ refused_by: refusedBy, ...row }: Admitted): Verdict =>
  refusedBy === null
    ? { refusedBy, slice: BigInt(row.counted_in) }
    : { refusedBy, retryAfterMs: Number(row.retry_after_ms) }

/** Counts in Postgres, by its clock: all processes on one database share it. */
export const postgresCounter = (db: Db, { windowMs, leaseMs }: RateTimes): RateCounter => ({
  async admit({ subject, requestId, tokens, limits }) {
    const { requestsPerMinute, tokensPerMinute, parallelRequests } = limits
    const most = [requestsPerMinute, tokensPerMinute, parallelRequests]
    const [row] = await run<Admitted>(db, ADMIT, [subject, requestId, tokens, ...most, windowMs, leaseMs])
    if (!row) throw new Error('admit_request answers one row.')
    return verdictOf(row)
  },
  async end({ subject, requestId, slice, tokens }, usedTokens) {
    await run(db, END, [subject, requestId, slice, usedTokens - tokens])
  },
  async renew(flights) {
    await db.execute(sql`
      update rate_flights set ends_at = clock_timestamp() + ${leaseMs}::bigint * interval '1 millisecond'
      from ${rowsOf(flights, FLIGHT)}
      where rate_flights.subject = given.subject and rate_flights.request_id = given.request_id`)
  },
})

/** Forgets counters that nobody asked for since their window ended, and flights of processes that died. */
export async function deleteStale(db: Db, windowMs: number): Promise<void> {
  await db
    .delete(rateSlices)
    .where(sql`${rateSlices.slice} <= floor(extract(epoch from clock_timestamp()) * 1000 / ${windowMs / 60}) - 61`)
  await db.delete(rateFlights).where(sql`${rateFlights.endsAt} <= clock_timestamp()`)
}
