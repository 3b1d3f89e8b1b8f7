import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import type { SealedTransaction, Signer } from '#services/clients/flow/index.ts'
import { type Billing, openVault } from './billing.ts'
import { party } from './contract-chain.ts'

export interface ApprovedVault {
  readonly id: bigint
  readonly approvers: readonly [Signer, Signer, Signer]
}

/** Opens a vault whose three approvers hold their seats; two of them must agree. */
export async function openApprovedVault(
  billing: Billing,
  { threshold = null, deposit = '10.00000000' }: { threshold?: string | null; deposit?: string } = {},
): Promise<ApprovedVault> {
  const id = await openVault(billing, deposit)
  const approvers = [await party('Ann'), await party('Ben'), await party('Cem')] as const
  await setApprovers(billing, id, approvers, 2n, threshold)
  for (const approver of approvers) await claimSeat(billing, id, approver)
  return { id, approvers }
}

export const setApprovers = (
  { chain, customer }: Billing,
  vaultId: bigint,
  approvers: readonly Signer[],
  required: bigint,
  threshold: string | null = null,
): Promise<SealedTransaction> => {
  const addresses = approvers.map(({ address }) => address)
  return chain.send('owner/set_approvers', { vaultId, approvers: addresses, required, threshold }, customer)
}

export const claimSeat = ({ chain }: Billing, vaultId: bigint, approver: Signer): Promise<SealedTransaction> =>
  chain.send('approver/claim_seat', { vaultId }, approver)

export const approve = (
  { chain }: Billing,
  vaultId: bigint,
  proposalId: bigint,
  approver: Signer,
): Promise<SealedTransaction> => chain.send('approver/approve', { vaultId, proposalId }, approver)

/** The number of the proposal that a transaction made. */
export function proposalOf({ events }: SealedTransaction): bigint {
  const [made] = subscriptionEventsNamed('ProposalMade', events)
  if (!made) throw new Error('The transaction made no proposal.')
  return made.proposal
}
