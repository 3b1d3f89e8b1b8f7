import { approverApprove, approverClaimSeat, providerRequestPayment } from '#lib/flow/cadence.generated.ts'
import type { AppConfig } from './api-types.ts'
import { draftTransaction, type TransactionDraft } from './run-transaction.ts'

/** What is done about approvals, by whom. */
export type ApprovalAct =
  | { kind: 'seat' }
  | { kind: 'approve'; proposalId: string }
  /** By the provider: FLOW above the threshold, as decimal text. */
  | { kind: 'request'; amount: string }

export interface ApprovalOrder {
  vaultId: string
  /** What the vault is called, for the list of transactions. */
  name: string
  /** Who signs. */
  address: string
  act: ApprovalAct
}

/** The transaction by which an approver takes a seat or approves, or a provider asks for a payment. */
export function draftApproval(
  { addresses }: Pick<AppConfig, 'addresses'>,
  { vaultId, name, address, act }: ApprovalOrder,
): TransactionDraft {
  const id = BigInt(vaultId)
  const about = (title: string) => ({ title, address, addresses })
  switch (act.kind) {
    case 'seat':
      return draftTransaction(approverClaimSeat, { vaultId: id }, about(`Take the seat at ${name}`))
    case 'approve': {
      const args = { vaultId: id, proposalId: BigInt(act.proposalId) }
      return draftTransaction(approverApprove, args, about(`Approve proposal ${act.proposalId} of ${name}`))
    }
    case 'request': {
      const title = `Request ${act.amount} FLOW from ${name}`
      return draftTransaction(providerRequestPayment, { vaultId: id, amount: act.amount }, about(title))
    }
  }
}
