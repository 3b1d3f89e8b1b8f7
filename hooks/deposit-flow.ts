import { ownerDeposit } from '#lib/flow/cadence.generated.ts'
import type { AppConfig } from './api-types.ts'
import { draftTransaction, type TransactionDraft } from './run-transaction.ts'
import type { TransactionOutcome } from './transaction-state.ts'

export interface DepositOrder {
  vaultId: string
  /** What the vault is called, for the list of transactions. */
  name: string
  /** FLOW, as decimal text. */
  amount: string
  payer: string
}

/** Moves FLOW from the payer's account into a vault. Debt that the vault couldn't cover is paid first. */
export async function depositFlow(
  { addresses }: AppConfig,
  { vaultId, name, amount, payer }: DepositOrder,
  run: (draft: TransactionDraft) => Promise<TransactionOutcome>,
): Promise<TransactionOutcome> {
  const about = { title: `Deposit ${amount} FLOW to ${name}`, address: payer, addresses }
  return run(draftTransaction(ownerDeposit, { vaultId: BigInt(vaultId), amount }, about))
}
