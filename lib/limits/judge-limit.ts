/** Whom a limit is about. */
export const limitScopes = ['key', 'end_user', 'organization'] as const
export type LimitScope = (typeof limitScopes)[number]

/** What it counts: billable tokens, answered requests, or USD in units of 1e-8. */
export const limitMetrics = ['tokens', 'requests', 'usd'] as const
export type LimitMetric = (typeof limitMetrics)[number]

/** A soft limit warns; a hard one also stops requests. */
export const limitKinds = ['soft', 'hard'] as const
type LimitKind = (typeof limitKinds)[number]

/** Percent of the amount at which somebody is told, each once a window. */
export const limitThresholds = [50, 80, 100] as const
export type LimitThreshold = (typeof limitThresholds)[number]

/** The threshold that was armed anew in a window, by the revision of the limit that did it. */
export type Armings = Readonly<Partial<Record<LimitThreshold, { readonly window: string; readonly revision: number }>>>

export interface LimitAmount {
  readonly kind: LimitKind
  /** Above 0, in the metric's unit. */
  readonly amount: bigint
}

export interface Verdict {
  /** Thresholds that the usage has reached, lowest first. */
  readonly reached: readonly LimitThreshold[]
  /** Requests must be refused. */
  readonly blocked: boolean
  /** Whole percent, rounded down: 100 means that the amount is reached. */
  readonly percent: bigint
}

const hasReached = (amount: bigint, used: bigint, threshold: LimitThreshold): boolean =>
  used * 100n >= amount * BigInt(threshold)

/** What usage in a window means for a limit. */
export function judgeLimit({ kind, amount }: LimitAmount, used: bigint): Verdict {
  return {
    reached: limitThresholds.filter((threshold) => hasReached(amount, used, threshold)),
    blocked: kind === 'hard' && used >= amount,
    percent: (used * 100n) / amount,
  }
}

/**
 * The armings after a limit's amount was changed: a threshold that the usage is below of now will be told again in this
 * window; one that is still reached was told already. `revision` is the change's own.
 */
export function armAnew(
  armings: Armings,
  change: { readonly amount: bigint; readonly used: bigint; readonly window: string; readonly revision: number },
): Armings {
  const { amount, used, window, revision } = change
  const below = limitThresholds.filter((threshold) => !hasReached(amount, used, threshold))
  return { ...armings, ...Object.fromEntries(below.map((threshold) => [threshold, { window, revision }])) }
}

/** The identity of what is told of a threshold in a window: telling it again under the same one tells nothing. */
export function thresholdIdentity(
  limit: { readonly id: string; readonly armings: Armings },
  window: string,
  threshold: LimitThreshold,
): string {
  const armed = limit.armings[threshold]
  const arming = armed?.window === window ? armed.revision : 0
  return `limit:${limit.id}:${window}:${threshold}:${arming}`
}
