/** What the page of a month's usage shows. Money and counts are decimal strings. */
export interface UsageSums {
  billedUsd: string
  tokens: string
  requests: string
  /** Billed by day, in the order of the days. */
  daily: readonly string[]
}

export interface UsageGroup extends UsageSums {
  account: string | null
  key: string | null
  /** Where groups are API keys. */
  apiKey: { name: string | null; masked: string } | null
}

export interface UsageMonth {
  /** "2026-11-01", … */
  days: readonly string[]
  /** Later days are still to come. */
  today: string
  totals: UsageSums
  groups: readonly UsageGroup[]
  others: (UsageSums & { count: number }) | null
}

export interface MonthForecast {
  low: string | null
  point: string | null
  high: string | null
  reason: string | null
}

/** Figures with what they cost the operator; costs are null for who doesn't see them. */
interface CostSums {
  billedUsd: string
  requests: string
  tokens: { billable: string }
  costs: { litellmUsd: string; ratedUsd: string; unratedTokens: string; marginUsd: string } | null
}

export interface TrendMonth extends CostSums {
  /** Its first day. */
  bucket: string
  isComplete: boolean
  change: { billedPercent: string | null } | null
}

export interface HeavyUser extends CostSums {
  account: string
  user: string
  sharePercent: string | null
  isHeavy: boolean
}

/** What the operator sees of a month beside its usage. */
export interface OperatorReports {
  totals: {
    totals: CostSums
    activeUsers: string
    perActiveUser: { billedUsd: string; litellmUsd: string | null } | null
    distribution: { billedUsd: { p50: string; p90: string; p99: string; max: string } }
  }
  /** Up to the month, oldest first. */
  months: readonly TrendMonth[]
  heaviest: readonly HeavyUser[]
  /** LiteLLM's cost at the end of the open month. */
  costForecast: MonthForecast | null
}

export const GROUPINGS = ['model', 'user', 'feature', 'key'] as const
export type Grouping = (typeof GROUPINGS)[number]

/** In place of an account in an address: all accounts there are, for the admin. */
export const EVERYONE = 'everyone'

/** Which usage is looked at: all of it is in the page's address. */
export interface UsageChoice {
  /** YYYYMM */
  period: number
  by: Grouping
  /** `vault:7`, `credits:cr_…` or `everyone`; null: all of one's own. */
  account: string | null
  /** What is one's own is seen as its owner; the rest is the admin's to see, which the server decides. */
  as: 'owner' | 'admin'
}

/** Who may have paid: a subscription, or the credits. */
export interface NamedAccount {
  account: string
  name: string
  /** Its page. */
  href: string
}
