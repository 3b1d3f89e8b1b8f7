import { requireSystem } from '#services/auth/index.ts'
import { openRedis, RedisAway } from '#services/clients/redis/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { redisCounter } from './redis-counter.ts'
import type { Admission, Flight, RateCounter, RateRequest, RateTimes } from './schemas.ts'
import { postgresCounter } from './postgres-counter.ts'

export interface RateLimiter {
  /** Lets a request in, or says which limit is in its way. One that is let in must be released. */
  admit(request: RateRequest): Promise<Admission>
  close(): Promise<void>
}

export const RATE_TIMES: RateTimes = { windowMs: 60_000, leaseMs: 30_000 }
const RENEWALS_PER_LEASE = 3
/** A Redis that is away is left alone for so long: requests must not wait for it one after another. */
const LEFT_ALONE_MS = 2_000

interface Live extends Flight {
  readonly counter: RateCounter
}

/**
 * One limiter a process; processes share what they count by Redis, if there is one, else by Postgres. While Redis is
 * away Postgres counts: limits hold then too, from a fresh start.
 */
export function createRateLimiter(ctx: ServiceContext, times: RateTimes = RATE_TIMES): RateLimiter {
  requireSystem(ctx.actor)
  const postgres = postgresCounter(ctx.db, times)
  const redis = ctx.env.redis ? openRedis(ctx.env.redis.url) : null
  const first = redis ? redisCounter(redis, times) : postgres
  const flights = new Set<Live>()
  let leftAloneUntil = 0

  async function count(request: RateRequest) {
    const counter = performance.now() < leftAloneUntil ? postgres : first
    try {
      return { counter, verdict: await counter.admit(request) }
    } catch (err) {
      if (!(err instanceof RedisAway)) throw err
      ctx.log.warn({ err }, 'Redis is away: Postgres counts rate limits meanwhile')
      leftAloneUntil = performance.now() + LEFT_ALONE_MS
      return { counter: postgres, verdict: await postgres.admit(request) }
    }
  }

  /** What can't be told now ends by itself, with the lease. */
  const tell = (work: Promise<void>): Promise<void> =>
    work.catch((err: unknown) => ctx.log.warn({ err }, 'a rate limit could not be told of a request'))

  async function renew(): Promise<void> {
    const ofCounter = Map.groupBy(flights, ({ counter }) => counter)
    await Promise.all([...ofCounter].map(([counter, live]) => tell(counter.renew(live))))
  }
  const timer = setInterval(() => void renew(), times.leaseMs / RENEWALS_PER_LEASE)
  timer.unref()

  return {
    async admit(request) {
      const { subject, requestId, tokens, limits } = request
      const isTooLarge = tokens > BigInt(limits.tokensPerMinute)
      if (isTooLarge) return { ok: false, limit: 'tokens', retryAfterMs: times.windowMs, isTooLarge }
      const { counter, verdict } = await count(request)
      if (verdict.refusedBy !== null) {
        return { ok: false, limit: verdict.refusedBy, retryAfterMs: verdict.retryAfterMs, isTooLarge }
      }
      const live: Live = { subject, requestId, tokens, slice: verdict.slice, counter }
      flights.add(live)
      return {
        ok: true,
        async release(usedTokens = tokens) {
          if (flights.delete(live)) await tell(counter.end(live, usedTokens))
        },
      }
    },
    async close() {
      clearInterval(timer)
      await redis?.close()
    },
  }
}
