import { parseFlow } from '#lib/money/decimal.ts'
import { type Flow, flow } from '#lib/money/units.ts'
import type { VaultReport, VaultView } from '#hooks/api-types.ts'

const sumOf = (views: readonly VaultView[], amount: (vault: VaultReport) => string): Flow =>
  flow(views.reduce((sum, { vault }) => sum + parseFlow(amount(vault)), 0n))

/** What may be taken from vaults now. */
export const withdrawableOf = (views: readonly VaultView[]): Flow => sumOf(views, ({ withdrawable }) => withdrawable)

/** What of a vault's accrued FLOW waits for approvals. */
export const missingOf = ({ accrued, withdrawable }: Pick<VaultReport, 'accrued' | 'withdrawable'>): Flow =>
  flow(parseFlow(accrued) - parseFlow(withdrawable))
