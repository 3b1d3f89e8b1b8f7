export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)

interface Change {
  readonly limit: bigint | null
  readonly actsAt: number
}

/** What `DelayedLimits.Limit` should be: loosened at once, tightened after a delay. Null is no limit. */
export class LimitModel {
  private value: bigint | null = null
  private change: Change | null = null

  at(now: number): bigint | null {
    return this.isDue(now) ? (this.change?.limit ?? null) : this.value
  }

  pendingAt(now: number): Change | null {
    return this.isDue(now) ? null : this.change
  }

  set(limit: bigint | null, now: number, delay: number): void {
    const current = this.at(now)
    const loosens = limit === null || (current !== null && limit >= current)
    this.value = loosens ? limit : current
    this.change = loosens ? null : { limit, actsAt: now + delay }
  }

  cancelPending(now: number): void {
    this.value = this.at(now)
    this.change = null
  }

  private isDue(now: number): boolean {
    return this.change !== null && now >= this.change.actsAt
  }
}
