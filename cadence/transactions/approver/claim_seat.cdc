import "UsageBasedSubscriptions"
import "VaultApprovals"

/// Takes the capability to approve proposals of a vault.
/// Signer: one of the vault's approvers. Effect: the signer holds the capability; a dead one is replaced. Repeating it
/// changes nothing.
/// Before: the vault's owner named the signer.
transaction(vaultId: UInt64) {

    prepare(approver: auth(ClaimInboxCapability, LoadValue, SaveValue) &Account) {
        let path = VaultApprovals.capabilityPath(vaultId)
        let claimed = approver.inbox.claim<auth(VaultApprovals.Approve) &VaultApprovals.Seat>(
            VaultApprovals.inboxName(vaultId, approver.address),
            provider: UsageBasedSubscriptions.inboxAddress
        )
        if claimed == nil {
            if approver.storage.type(at: path) != nil { return }
            panic("Cannot claim the seat at vault ".concat(vaultId.toString())
                .concat("! Nothing waits for this account. Ask the vault's owner to name it."))
        }
        approver.storage.load<Capability>(from: path)
        approver.storage.save(claimed!, to: path)
    }
}
