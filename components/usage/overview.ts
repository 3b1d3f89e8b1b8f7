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

export const GROUPINGS = ['model', 'user', 'feature'] as const
export type Grouping = (typeof GROUPINGS)[number]

/** Which usage is looked at: all of it is in the page's address. */
export interface UsageChoice {
  /** YYYYMM */
  period: number
  by: Grouping
  /** `vault:7` or `credits:cr_…`; null: all of them. */
  account: string | null
}

/** Who may have paid: a subscription, or the credits. */
export interface NamedAccount {
  account: string
  name: string
  /** Its page. */
  href: string
}
