import "UsageBasedSubscriptions"
import "VaultControls"

/// The accomplice asks the vault's FLOW back with the copy that it kept.
transaction {

    prepare(accomplice: auth(CopyValue) &Account) {
        let capability = accomplice.storage.copy<
            Capability<auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault>
        >(from: /storage/leak)!
        let vault = capability.borrow() ?? panic("the copy is dead")
        vault.controls.requestReturn(amount: nil)
    }
}
