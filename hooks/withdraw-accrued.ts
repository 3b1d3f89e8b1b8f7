import { providerWithdrawAccrued } from '#lib/flow/cadence.generated.ts'
import { parseFlow } from '#lib/money/decimal.ts'
import { type Flow, flow } from '#lib/money/units.ts'
import type { AppConfig } from './api-types.ts'
import { draftTransaction, type TransactionDraft } from './run-transaction.ts'
import { eventFields } from './transaction-result.ts'
import type { ChainEvent, TransactionOutcome } from './transaction-state.ts'

export interface WithdrawalOrder {
  provider: string
  vaultIds: bigint[]
  /** What is asked for, in words. */
  amount: string
}

export type WithdrawalOutcome =
  | { kind: 'withdrawn'; txId: string; amount: Flow }
  | Exclude<TransactionOutcome, { kind: 'final' }>

/** What the chain says was withdrawn, over all vaults of the transaction. */
function withdrawnIn(events: readonly ChainEvent[]): Flow {
  const amounts = eventFields(events, 'Withdrawn', 'amount')
  return flow(amounts.reduce((sum, amount) => sum + parseFlow(amount), 0n))
}

/** Withdraws what accrued from vaults, in one transaction, into the provider's account. */
export async function withdrawAccrued(
  { addresses }: AppConfig,
  { provider, vaultIds, amount }: WithdrawalOrder,
  run: (draft: TransactionDraft) => Promise<TransactionOutcome>,
): Promise<WithdrawalOutcome> {
  const about = { title: `Withdraw ${amount}`, address: provider, addresses }
  const outcome = await run(draftTransaction(providerWithdrawAccrued, { vaultIds }, about))
  if (outcome.kind !== 'final') return outcome
  return { kind: 'withdrawn', txId: outcome.txId, amount: withdrawnIn(outcome.events) }
}
