import { ownerDeposit } from '#lib/flow/cadence.generated.ts'
import type { AppConfig } from './api-types.ts'
import { draftTransaction, type TransactionDraft } from './run-transaction.ts'

export interface DepositOrder {
  vaultId: string
  /** What the vault is called, for the list of transactions. */
  name: string
  /** FLOW, as decimal text. */
  amount: string
  payer: string
}

/** Moves FLOW from the payer's account into a vault. Debt that the vault couldn't cover is paid first. */
export function draftDeposit(
  { addresses }: Pick<AppConfig, 'addresses'>,
  { vaultId, name, amount, payer }: DepositOrder,
): TransactionDraft {
  const about = { title: `Deposit ${amount} FLOW to ${name}`, address: payer, addresses }
  return draftTransaction(ownerDeposit, { vaultId: BigInt(vaultId), amount }, about)
}
