import "UsageBasedSubscriptions"
import "VaultArchive"
import "VaultControls"
import "VaultDirectory"

/// An owner archives its closed vault and goes on with the reference that it borrowed before.
transaction(vaultId: UInt64) {

    prepare(customer: auth(CopyValue) &Account) {
        let vault = customer.storage.copy<Capability<
            auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))!.borrow()!
        VaultArchive.archive(vaultId)
        vault.setAutomaticPayment(true)
    }
}
