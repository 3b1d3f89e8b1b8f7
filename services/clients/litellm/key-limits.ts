import * as z from 'zod'
import { meteredRoutes } from './metered-routes.ts'
import type { Send } from './request.ts'

/** What LiteLLM holds a key to. */
export interface KeyLimits {
  readonly tokensPerMinute: number
  readonly parallelRequests: number
  /** In LiteLLM's own dollars, over the key's life, as a decimal text; null: no end. */
  readonly budgetUsd: string | null
}

/** LiteLLM's names of the limits. */
export const limitFields = ({ tokensPerMinute, parallelRequests, budgetUsd }: KeyLimits) => ({
  tpm_limit: tokensPerMinute,
  max_parallel_requests: parallelRequests,
  max_budget: budgetUsd,
})

/** Sets a key's limits and routes at once. Throws `litellm_refused` when there is no such key. */
export async function setKeyLimits(send: Send, hash: string, limits: KeyLimits): Promise<void> {
  const body = { key: hash, allowed_routes: meteredRoutes, ...limitFields(limits) }
  await send({ method: 'POST', path: '/key/update', body, schema: z.looseObject({}) })
}
