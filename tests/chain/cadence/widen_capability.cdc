import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// The provider takes its capability for one with the owner's rights.
transaction(vaultId: UInt64) {

    prepare(provider: auth(CopyValue) &Account) {
        let capability = provider.storage.copy<Capability>(
            from: VaultDirectory.providerCapabilityPath(vaultId)
        )!
        let vault = capability.borrow<
            auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
        >() ?? panic("not entitled")
        vault.controls.requestReturn(amount: nil)
    }
}
