import { AppError } from '#lib/errors/app-error.ts'
import { showFlowExact } from '#lib/format/money.ts'
import { parseFlow } from '#lib/money/decimal.ts'
import type { Flow } from '#lib/money/units.ts'
import type { VaultReport } from '#hooks/api-types.ts'

export type PendingReturn = NonNullable<VaultReport['pendingReturn']>

/** What is wrong with an amount to take back, in one sentence. What is owed can't be taken. */
export function withdrawFault(text: string, left: Flow): string | undefined {
  let amount: Flow
  try {
    amount = parseFlow(text.trim())
  } catch (cause) {
    if (cause instanceof AppError) return cause.publicMessage
    throw cause
  }
  if (amount === 0n) return 'Give an amount above 0.'
  if (amount > left) return `Only ${showFlowExact(left)} is left; the rest is owed. Give at most that.`
  return undefined
}

/** A vault takes one request at a time from the page; a closed one none. */
export const mayRequest = ({ status, pendingReturn }: Pick<VaultReport, 'status' | 'pendingReturn'>): boolean =>
  pendingReturn === null && status !== 'closed'

/** Whether the settle delay is over. The chain decides by its own clock. */
export const isDue = ({ actsAt }: PendingReturn, now: Date): boolean => now.getTime() >= Date.parse(actsAt)

/** What would come back now: what was asked for, as far as it is not owed by now. */
export function comesBack({ amount }: PendingReturn, left: Flow): Flow {
  const asked = amount === null ? left : parseFlow(amount)
  return asked < left ? asked : left
}
