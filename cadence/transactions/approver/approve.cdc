import "UsageBasedSubscriptions"
import "VaultApprovals"

/// Agrees to a proposal of a vault; the last approval that it needs carries it out, except that the owner itself takes
/// FLOW back.
/// Signer: one of the vault's approvers. Effect: the approval counts until the proposal expires.
/// Before: approver/claim_seat, and a proposal that is open.
transaction(vaultId: UInt64, proposalId: UInt64) {

    let seat: auth(VaultApprovals.Approve) &VaultApprovals.Seat

    prepare(approver: auth(CopyValue) &Account) {
        let capability = approver.storage.copy<Capability<auth(VaultApprovals.Approve) &VaultApprovals.Seat>>(
            from: VaultApprovals.capabilityPath(vaultId)
        ) ?? panic("Cannot approve! The account has no seat at vault ".concat(vaultId.toString())
            .concat(". Sign with an approver's account that claimed its seat."))
        self.seat = capability.borrow() ?? panic("Cannot approve! The account is no approver of vault "
            .concat(vaultId.toString()).concat(" any more."))
    }

    execute {
        self.seat.approve(proposalId)
        let approvals = VaultApprovals.of(vaultId)!
        if approvals.isApproved(proposalId) && approvals.kindOf(proposalId) != VaultApprovals.takeBack {
            UsageBasedSubscriptions.executeProposal(vaultId: vaultId, proposalId: proposalId)
        }
    }
}
