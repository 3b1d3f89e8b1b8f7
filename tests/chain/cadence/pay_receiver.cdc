import "FungibleToken"
import "UsageBasedSubscriptions"
import "VaultDirectory"

/// The provider has an amount paid to its own public receiver, whatever that is.
transaction(vaultId: UInt64, amount: UFix64) {

    prepare(provider: auth(CopyValue) &Account) {
        let right = provider.storage.copy<Capability<
            auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.providerCapabilityPath(vaultId))!
        let receiver = provider.capabilities.borrow<&{FungibleToken.Receiver}>(/public/flowTokenReceiver)!
        receiver.deposit(from: <- right.borrow()!.withdrawWithEntitlement(amount: amount))
    }
}
