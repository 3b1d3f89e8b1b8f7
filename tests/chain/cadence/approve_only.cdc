import "VaultApprovals"

/// An approver agrees to a proposal and leaves it to others to carry it out.
transaction(vaultId: UInt64, proposalId: UInt64) {

    prepare(approver: auth(CopyValue) &Account) {
        let capability = approver.storage.copy<Capability<auth(VaultApprovals.Approve) &VaultApprovals.Seat>>(
            from: VaultApprovals.capabilityPath(vaultId)
        ) ?? panic("The account has no seat at vault ".concat(vaultId.toString()))
        let seat = capability.borrow() ?? panic("The account is no approver of vault "
            .concat(vaultId.toString()).concat(" any more."))
        seat.approve(proposalId)
    }
}
