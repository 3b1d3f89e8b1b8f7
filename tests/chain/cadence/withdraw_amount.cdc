import "FlowToken"
import "UsageBasedSubscriptions"

/// The provider withdraws a certain amount, with a capability that it claimed before.
transaction(vaultId: UInt64, amount: UFix64) {

    prepare(provider: auth(BorrowValue, CopyValue) &Account) {
        let capability = provider.storage.copy<Capability<
            auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: UsageBasedSubscriptions.providerCapabilityPath(vaultId))!
        let flow = provider.storage.borrow<&FlowToken.Vault>(from: /storage/flowTokenVault)!
        flow.deposit(from: <- capability.borrow()!.withdrawWithEntitlement(amount: amount))
    }
}
