import { AppError } from '#lib/errors/app-error.ts'
import { showFlowExact, showUsdExact } from '#lib/format/money.ts'
import { parseFlow } from '#lib/money/decimal.ts'
import { type Flow, flow, type Usd } from '#lib/money/units.ts'
import type { VaultReport } from '#hooks/api-types.ts'

export type PendingReturn = NonNullable<VaultReport['pendingReturn']>

/**
 * What is wrong with an amount to take back, in a sentence or two. What is owed can't be taken, and a vault that stays
 * open keeps what a new one needs.
 */
export function withdrawFault(text: string, left: Flow, minimumDeposit: Flow): string | undefined {
  let amount: Flow
  try {
    amount = parseFlow(text.trim())
  } catch (cause) {
    if (cause instanceof AppError) return cause.publicMessage
    throw cause
  }
  if (amount === 0n) return 'Give an amount above 0.'
  if (amount > left) return `Only ${showFlowExact(left)} is left; the rest is owed. Give at most that.`
  if (amount + minimumDeposit <= left) return undefined
  const keeps = `An open vault keeps ${showFlowExact(minimumDeposit)}.`
  if (left <= minimumDeposit) return `${keeps} Close the subscription to take all back.`
  return `${keeps} Give at most ${showFlowExact(flow(left - minimumDeposit))}, or close the subscription.`
}

/** A vault takes one request at a time from the page; a closed one none. */
export const mayRequest = ({ status, pendingReturn }: Pick<VaultReport, 'status' | 'pendingReturn'>): boolean =>
  pendingReturn === null && status !== 'closed'

/** Whether the settle delay is over. The chain decides by its own clock. */
export const isDue = ({ actsAt }: PendingReturn, now: Date): boolean => now.getTime() >= Date.parse(actsAt)

/** What would come back now: what was asked for, or all that is left. Null: too little would stay in an open vault. */
export function comesBack({ amount }: PendingReturn, left: Flow, minimumDeposit: Flow): Flow | null {
  if (amount === null) return left
  const asked = parseFlow(amount)
  return asked + minimumDeposit <= left ? asked : null
}

/** What closing a vault ends beside it, in a sentence; undefined when there is no credit. */
export const lapsingCredit = (credit: Usd): string | undefined =>
  credit > 0n ? `Its credit of ${showUsdExact(credit)}, which only pays usage, lapses then.` : undefined
