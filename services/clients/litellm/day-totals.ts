import * as z from 'zod'
import type { Send } from './request.ts'

const count = z.number().int().min(0)
const answerSchema = z.object({
  results: z.array(
    z.object({
      date: z.string(),
      metrics: z.object({ spend: z.number().min(0), successful_requests: count, failed_requests: count }),
    }),
  ),
})

/** What LiteLLM counted on a UTC day, apart from its spend log: each call once, also one that the log has no row of. */
export interface DayTotals {
  readonly successes: bigint
  readonly failures: bigint
  /** A sum of binary floats as text. */
  readonly costUsd: string
}

const NOTHING: DayTotals = { successes: 0n, failures: 0n, costUsd: '0' }
const timeoutMs = 30_000

/** LiteLLM's totals of a day (YYYY-MM-DD), of one key or of all; null when this LiteLLM has none. */
export async function dayTotals(send: Send, day: string, keyHash: string | null): Promise<DayTotals | null> {
  const answer = await send({
    method: 'GET',
    path: '/user/daily/activity/aggregated',
    query: { start_date: day, end_date: day, ...(keyHash === null ? {} : { api_key: keyHash }) },
    schema: answerSchema.nullable(),
    ifMissing: null,
    timeoutMs,
  })
  if (answer === null) return null
  const metrics = answer.results.find(({ date }) => date === day)?.metrics
  if (!metrics) return NOTHING
  return {
    successes: BigInt(metrics.successful_requests),
    failures: BigInt(metrics.failed_requests),
    costUsd: String(metrics.spend),
  }
}
