import * as z from 'zod'
import { type RedisClient, redisScript } from '#services/clients/redis/index.ts'
import type { RateCounter, RateTimes, Verdict } from './schemas.ts'

/** The same as Postgres' `count_requests`, one request each, by Redis' clock. A slice is a field, `requests:tokens`. */
const ADMIT = redisScript(`
  local slices, flights = KEYS[1], KEYS[2]
  local request, wanted = ARGV[1], tonumber(ARGV[2])
  local most_requests, most_tokens, most_flights = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
  local window_ms, lease_ms = tonumber(ARGV[6]), tonumber(ARGV[7])
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local slice_ms = math.floor(window_ms / 60)
  local this = math.floor(now / slice_ms)
  redis.call('ZREMRANGEBYSCORE', flights, '-inf', now)
  if redis.call('ZCARD', flights) >= most_flights then return {'parallel', 1000, 0} end
  local past, requests, tokens = {}, 0, 0
  local fields = redis.call('HGETALL', slices)
  for i = 1, #fields, 2 do
    local slice = tonumber(fields[i])
    if slice <= this - 61 then redis.call('HDEL', slices, fields[i]) else
      local r, t = string.match(fields[i + 1], '^(%d+):(%d+)$')
      past[#past + 1] = {slice = slice, requests = tonumber(r), tokens = tonumber(t)}
      requests, tokens = requests + tonumber(r), tokens + tonumber(t)
    end
  end
  if requests + 1 > most_requests or tokens + wanted > most_tokens then
    table.sort(past, function(a, b) return a.slice < b.slice end)
    local by = requests + 1 > most_requests and 'requests' or 'tokens'
    for _, one in ipairs(past) do
      requests, tokens = requests - one.requests, tokens - one.tokens
      if requests + 1 <= most_requests and tokens + wanted <= most_tokens then
        return {by, (one.slice + 61) * slice_ms - now, 0}
      end
    end
    return {by, window_ms, 0}
  end
  local mine = {requests = 0, tokens = 0}
  for _, one in ipairs(past) do if one.slice == this then mine = one end end
  redis.call('HSET', slices, this, string.format('%d:%d', mine.requests + 1, mine.tokens + wanted))
  redis.call('PEXPIRE', slices, 2 * window_ms)
  redis.call('ZADD', flights, now + lease_ms, request)
  redis.call('PEXPIRE', flights, 2 * lease_ms)
  return {'', 0, this}`)

const END = redisScript(`
  if redis.call('ZREM', KEYS[2], ARGV[1]) == 0 then return {} end
  local kept = redis.call('HGET', KEYS[1], ARGV[2])
  if not kept then return {} end
  local r, t = string.match(kept, '^(%d+):(%d+)$')
  redis.call('HSET', KEYS[1], ARGV[2], string.format('%s:%d', r, math.max(0, tonumber(t) + tonumber(ARGV[3]))))
  return {}`)

const RENEW = redisScript(`
  local time = redis.call('TIME')
  local ends = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[2])
  redis.call('ZADD', KEYS[1], 'XX', ends, ARGV[1])
  redis.call('PEXPIRE', KEYS[1], 2 * tonumber(ARGV[2]))
  return {}`)

const answer = z.tuple([z.enum(['', 'requests', 'tokens', 'parallel']), z.number().int(), z.number().int()])

/** Braces keep both of a subject's keys on one node of a cluster. */
const keysOf = (subject: string): [string, string] => {
  const name = Buffer.from(subject, 'utf8').toString('base64url')
  return [`flareflow:rate:{${name}}:slices`, `flareflow:rate:{${name}}:flights`]
}

/** Counts in Redis, by its clock: all processes on one Redis share it. */
export const redisCounter = (redis: RedisClient, { windowMs, leaseMs }: RateTimes): RateCounter => ({
  async admit({ subject, requestId, tokens, limits }): Promise<Verdict> {
    const { requestsPerMinute, tokensPerMinute, parallelRequests } = limits
    const most = [tokens, requestsPerMinute, tokensPerMinute, parallelRequests, windowMs, leaseMs]
    const given = await redis.run(ADMIT, keysOf(subject), [requestId, ...most.map(String)])
    const [refusedBy, retryAfterMs, slice] = answer.parse(given)
    return refusedBy === '' ? { refusedBy: null, slice: BigInt(slice) } : { refusedBy, retryAfterMs }
  },
  async end({ subject, requestId, slice, tokens }, usedTokens) {
    await redis.run(END, keysOf(subject), [requestId, slice.toString(), (usedTokens - tokens).toString()])
  },
  async renew(flights) {
    await Promise.all(
      flights.map(({ subject, requestId }) => {
        const [, key] = keysOf(subject)
        return redis.run(RENEW, [key], [requestId, leaseMs.toString()])
      }),
    )
  },
})
