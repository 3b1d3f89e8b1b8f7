import { type Usd, usd } from '../money/units.ts'

/** Credits that were given and end at a time. */
export interface Grant {
  readonly id: string
  readonly remaining: Usd
  readonly expiresAt: Date
}

export interface GrantUse {
  readonly id: string
  readonly used: Usd
}

/** What a cost takes from each grant: those that end first are used up first; the rest is paid by bought credits. */
export function consumeGrants(grants: readonly Grant[], cost: Usd): GrantUse[] {
  const inOrder = [...grants].sort((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime() || (a.id < b.id ? -1 : 1))
  const uses: GrantUse[] = []
  let left: bigint = cost
  for (const { id, remaining } of inOrder) {
    if (left <= 0n) break
    const used = remaining < left ? remaining : usd(left)
    if (used > 0n) uses.push({ id, used })
    left -= used
  }
  return uses
}
