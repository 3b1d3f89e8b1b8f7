import { type Usd, usd } from '../money/units.ts'

/** What decides whether an account can pay for one more request. All amounts in 1e-8 USD. */
export interface AccountState {
  readonly isFrozen: boolean
  readonly balance: Usd
  /** Part of the balance that requests in flight may still take. */
  readonly held: Usd
  /** What the month's usage may cost; null: no cap. */
  readonly monthlyCap: Usd | null
  /** Cost of the month's usage, and what the month's requests in flight may still cost. */
  readonly monthSpent: Usd
  readonly monthHeld: Usd
}

/**
 * Why a hold was refused. `funds_held` and `cap_held` may pass once requests in flight end; the others can't before
 * somebody pays, raises the cap, or the month is over.
 */
export type HoldRefusal = 'account_frozen' | 'insufficient_credits' | 'funds_held' | 'cap_reached' | 'cap_held'

/** Whether the account can pay a request of at most `amount`: null, or why not. */
export function decideHold(state: AccountState, amount: Usd): HoldRefusal | null {
  if (state.isFrozen) return 'account_frozen'
  if (amount > state.balance) return 'insufficient_credits'
  if (state.monthlyCap !== null) {
    if (state.monthSpent + amount > state.monthlyCap) return 'cap_reached'
    if (state.monthSpent + state.monthHeld + amount > state.monthlyCap) return 'cap_held'
  }
  return state.held + amount > state.balance ? 'funds_held' : null
}

/** The account with one more hold on it. */
export const withHold = (state: AccountState, amount: Usd): AccountState => ({
  ...state,
  held: usd(state.held + amount),
  monthHeld: usd(state.monthHeld + amount),
})

/** The most that a request may cost now, for a caller who would rather have a shorter answer than none. */
export function affordable(state: AccountState): Usd {
  if (state.isFrozen) return usd(0n)
  const free = state.balance - state.held
  const underCap = state.monthlyCap === null ? free : state.monthlyCap - state.monthSpent - state.monthHeld
  const most = free < underCap ? free : underCap
  return usd(most > 0n ? most : 0n)
}
