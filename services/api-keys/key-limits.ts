import { formatUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import type { KeyLimits } from '#services/clients/litellm/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { KeyRow } from './store.ts'

/** What LiteLLM has to hold a key to. */
export const limitsOf = ({ env }: ServiceContext, { budgetUsd }: Pick<KeyRow, 'budgetUsd'>): KeyLimits => ({
  tokensPerMinute: env.keys.tokensPerMinute,
  parallelRequests: env.keys.parallelRequests,
  budgetUsd: budgetUsd === null ? null : formatUsd(usd(budgetUsd)),
})
