import { showAddress } from '#lib/format/address.ts'
import { showFlowExact } from '#lib/format/money.ts'
import { parseFlow } from '#lib/money/decimal.ts'
import type { Policy, Proposal } from '#hooks/api-types.ts'

const flowText = (amount: string): string => showFlowExact(parseFlow(amount))

/** A policy in one sentence. */
export function policyWords({ approvers, required, threshold }: Policy): string {
  const people = `${required} of ${approvers.length} ${approvers.length === 1 ? 'approver' : 'approvers'} must agree`
  return threshold === null
    ? `${people} before FLOW goes back to the owner; the provider is paid without them.`
    : `${people} before FLOW goes back to the owner, and before the provider gets more than ${flowText(threshold)} a month.`
}

/** What a proposal would do, in one sentence. */
export function proposalWords({ kind, amount, to, policy }: Proposal): string {
  switch (kind) {
    case 'takeBack':
      return amount === null ? 'Close the vault and take all FLOW back' : `Take ${flowText(amount)} back`
    case 'transfer':
      return `Give the vault to ${showAddress(to ?? '')}`
    case 'payment':
      return `Let the provider have ${amount === null ? 'what accrued' : flowText(amount)} above the threshold`
    case 'policy':
      return policy
        ? `Change who must agree: ${policyWords(policy)}`
        : 'End the approvals: nobody has to agree any more'
  }
}
