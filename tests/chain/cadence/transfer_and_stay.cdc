import "UsageBasedSubscriptions"
import "VaultApprovals"
import "VaultControls"
import "VaultDirectory"

/// The owner transfers its vault, and in the same transaction names itself the new owner's approver: by its reference
/// to the vault, or to what is in it.
transaction(vaultId: UInt64, to: Address, inner: Bool) {

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.NameApprovers, UsageBasedSubscriptions.Transfer)
            &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))!
        let vault = capability.borrow()!
        let controls = vault.controls
        let policy = VaultApprovals.Policy(approvers: [customer.address], required: 1, threshold: nil)
        vault.transfer(to: to)
        if inner {
            controls.setApprovers(policy)
        } else {
            vault.controls.setApprovers(policy)
        }
    }
}
