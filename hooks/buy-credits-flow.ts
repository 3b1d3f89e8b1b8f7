import { ownerBuyCredits } from '#lib/flow/cadence.generated.ts'
import type { AppConfig } from './api-types.ts'
import { draftTransaction, type TransactionDraft } from './run-transaction.ts'

export interface CreditOrder {
  /** FLOW, as decimal text. */
  amount: string
  /** The operator's account, which turns FLOW into credits. */
  treasury: string
  payer: string
}

/** Pays FLOW for credits from the payer's account. */
export const draftBuyCredits = (
  { addresses }: Pick<AppConfig, 'addresses'>,
  { amount, treasury, payer }: CreditOrder,
): TransactionDraft =>
  draftTransaction(
    ownerBuyCredits,
    { amount, treasury },
    { title: `Buy credits for ${amount} FLOW`, address: payer, addresses },
  )
