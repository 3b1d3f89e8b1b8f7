import {
  ownerClaimVault,
  ownerPause,
  ownerResume,
  ownerSetApprovers,
  ownerSetAutomaticPayment,
  ownerSetCap,
  ownerSetExpiry,
  ownerSetReminder,
  ownerTransfer,
} from '#lib/flow/cadence.generated.ts'
import type { AppConfig, Policy } from './api-types.ts'
import { draftTransaction, type TransactionDraft } from './run-transaction.ts'

/** What an owner decides about a vault. Amounts are decimal text, null: none. */
export type Control =
  | { kind: 'pause' | 'resume' | 'claim' }
  | { kind: 'cap'; usd: string | null }
  /** Null: no end. */
  | { kind: 'expiry'; at: Date | null }
  | { kind: 'payment'; automatic: boolean }
  | { kind: 'reminder'; below: string | null }
  | { kind: 'transfer'; to: string }
  /** Null: nobody has to agree any more. */
  | { kind: 'approvers'; policy: Policy | null }

export interface ControlOrder {
  vaultId: string
  /** What the vault is called, for the list of transactions. */
  name: string
  owner: string
  control: Control
}

/** The transaction by which an owner decides something. */
export function draftControl(
  { addresses }: Pick<AppConfig, 'addresses'>,
  { vaultId, name, owner, control }: ControlOrder,
): TransactionDraft {
  const id = BigInt(vaultId)
  const about = (title: string) => ({ title, address: owner, addresses })
  switch (control.kind) {
    case 'pause':
      return draftTransaction(ownerPause, { vaultId: id }, about(`Pause ${name}`))
    case 'resume':
      return draftTransaction(ownerResume, { vaultId: id }, about(`Resume ${name}`))
    case 'claim':
      return draftTransaction(ownerClaimVault, { vaultId: id }, about(`Accept ${name}`))
    case 'cap': {
      const title = control.usd === null ? `Remove the cap of ${name}` : `Cap ${name} at $${control.usd} a month`
      return draftTransaction(ownerSetCap, { vaultId: id, capUsd: control.usd }, about(title))
    }
    case 'expiry': {
      const expiresAt = control.at && BigInt(Math.floor(control.at.getTime() / 1_000))
      return draftTransaction(ownerSetExpiry, { vaultId: id, expiresAt }, about(`Set the end of ${name}`))
    }
    case 'payment': {
      const title = control.automatic ? `Pay ${name} at each settlement` : `Let ${name} accrue`
      return draftTransaction(ownerSetAutomaticPayment, { vaultId: id, enabled: control.automatic }, about(title))
    }
    case 'reminder':
      return draftTransaction(
        ownerSetReminder,
        { vaultId: id, below: control.below },
        about(`Set the reminder of ${name}`),
      )
    case 'transfer':
      return draftTransaction(ownerTransfer, { vaultId: id, to: control.to }, about(`Transfer ${name}`))
    case 'approvers': {
      const { approvers, required, threshold } = control.policy ?? { approvers: [], required: 0, threshold: null }
      const args = { vaultId: id, approvers, required: BigInt(required), threshold }
      return draftTransaction(ownerSetApprovers, args, about(`Set the approvers of ${name}`))
    }
  }
}
