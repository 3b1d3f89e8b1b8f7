import type { CreditTier, Power } from '#lib/credits/price-list.ts'

/** What the gateway's API answers about credits. Money is decimal text in USD; instants are ISO 8601. */
export const GATEWAY_PATH = '/api/v1/llm'

/** Named here again, so that pages don't load the prices. */
export const POWER_LEVELS = ['eco', 'balanced', 'precision'] as const satisfies readonly Power[]
export type PowerLevel = Power

/** Tiers that a customer chooses; enterprise is the admin's to give. */
export const OPEN_TIERS = ['free', 'starter', 'professional'] as const satisfies readonly CreditTier[]
export type OpenTier = (typeof OPEN_TIERS)[number]
export type Tier = CreditTier

export interface AutoRefill {
  threshold_usd: string
  amount_usd: string
  status: 'active' | 'needs_method' | 'waiting' | 'paused'
  /** Why it is paused. */
  reason: string | null
  next_allowed_at: string
}

export interface Credits {
  account_id: string
  tier: Tier
  status: string
  balance_usd: string
  held_usd: string
  held_requests: number
  usable_usd: string
  receivable_usd: string
  /** `2026-11`, a UTC month. */
  month: { period: string; spent_usd: string; held_usd: string; cap_usd: string | null }
  grants: { remaining_usd: string; amount_usd: string; expires_at: string }[]
  auto_refill: AutoRefill | null
  limits: {
    requests_per_minute: number
    tokens_per_minute: number
    parallel_requests: number
    providers: '*' | string[]
  }
  payments: {
    stripe: boolean
    publishable_key: string | null
  }
  as_of: string
}

export const HISTORY_TYPES = ['purchase', 'usage', 'refund', 'bonus'] as const
export type HistoryType = (typeof HISTORY_TYPES)[number]

export interface HistoryEntry {
  id: string
  type: HistoryType
  /** With its sign: what it added to the balance. */
  amount_usd: string
  created_at: string
  description: string
  model: string | null
  provider: string | null
  tokens: string | null
  request_id: string | null
}

export interface HistoryPage {
  data: HistoryEntry[]
  next_cursor: string | null
}

export interface GatewayKey {
  id: string
  name: string
  masked: string
  power: PowerLevel | null
  models: string[] | null
  created_at: string
  last_used_at: string | null
}

/** A tier's terms as the installation has them. */
export interface TierTerms {
  tier: Tier
  /** Added to the base price: "40%". */
  markup: string
  requestsPerMinute: number
  tokensPerMinute: number
  parallelRequests: number
  providers: '*' | readonly string[]
}

/** A power level's terms as the installation has them. */
export interface PowerTerms {
  power: PowerLevel
  /** Of the base price: "0.25". */
  multiplier: string
  maxTokens: number
  providers: readonly string[]
}
