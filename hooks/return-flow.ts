import {
  ownerBuyCreditsFromVault,
  ownerCancelReturn,
  ownerRequestReturn,
  ownerTakeBack,
} from '#lib/flow/cadence.generated.ts'
import type { AppConfig } from './api-types.ts'
import { draftTransaction, type TransactionDraft } from './run-transaction.ts'

export interface ReturnOrder {
  vaultId: string
  /** What the vault is called, for the list of transactions. */
  name: string
  owner: string
  act: ReturnAct
}

export type ReturnAct =
  /** FLOW as decimal text; null: all that is not owed, and the vault closed. */
  | { kind: 'request'; amount: string | null }
  | { kind: 'cancel' | 'take' }
  /** What was asked for becomes credits instead. */
  | { kind: 'credits'; treasury: string }

/** The transaction by which an owner asks FLOW back, cancels that, or takes what was asked for. */
export function draftReturn(
  { addresses }: Pick<AppConfig, 'addresses'>,
  { vaultId, name, owner, act }: ReturnOrder,
): TransactionDraft {
  const about = { address: owner, addresses }
  const id = BigInt(vaultId)
  switch (act.kind) {
    case 'request': {
      const title = act.amount === null ? `Request to close ${name}` : `Request ${act.amount} FLOW back from ${name}`
      return draftTransaction(ownerRequestReturn, { vaultId: id, amount: act.amount }, { ...about, title })
    }
    case 'cancel':
      return draftTransaction(ownerCancelReturn, { vaultId: id }, { ...about, title: `Cancel the request of ${name}` })
    case 'credits': {
      const title = `Turn FLOW of ${name} into credits`
      return draftTransaction(ownerBuyCreditsFromVault, { vaultId: id, treasury: act.treasury }, { ...about, title })
    }
    case 'take':
      return draftTransaction(ownerTakeBack, { vaultId: id }, { ...about, title: `Take FLOW back from ${name}` })
  }
}
