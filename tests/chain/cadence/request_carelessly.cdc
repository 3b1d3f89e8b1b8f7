import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// The owner asks FLOW back without a look at what would stay in the vault.
transaction(vaultId: UInt64, amount: UFix64) {

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))!
        capability.borrow()!.controls.requestReturn(amount: amount)
    }
}
