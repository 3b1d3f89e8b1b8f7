import "FungibleToken"
import "ReentrantReceiver"
import "UsageBasedSubscriptions"
import "VaultDirectory"

/// The provider gives its right to a vault to a receiver that uses it while it is paid.
transaction(vaultId: UInt64) {

    prepare(provider: auth(Capabilities, ClaimInboxCapability, SaveValue) &Account) {
        let right = provider.inbox.claim<
            auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
        >(VaultDirectory.providerInboxName(vaultId), provider: UsageBasedSubscriptions.inboxAddress)!
        provider.storage.save(right, to: VaultDirectory.providerCapabilityPath(vaultId))
        provider.storage.save(<- ReentrantReceiver.createReceiver(right), to: /storage/reentrantReceiver)
        provider.capabilities.unpublish(/public/flowTokenReceiver)
        provider.capabilities.publish(
            provider.capabilities.storage.issue<&{FungibleToken.Receiver}>(/storage/reentrantReceiver),
            at: /public/flowTokenReceiver
        )
    }
}
