import "FlowToken"
import "UsageBasedSubscriptions"
import "VaultDirectory"

/// The provider withdraws a certain amount, claiming its capability if it has not yet.
transaction(vaultId: UInt64, amount: UFix64) {

    prepare(provider: auth(BorrowValue, ClaimInboxCapability, CopyValue, SaveValue) &Account) {
        let path = VaultDirectory.providerCapabilityPath(vaultId)
        if provider.storage.type(at: path) == nil {
            let claimed = provider.inbox.claim<
                auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
            >(VaultDirectory.providerInboxName(vaultId), provider: UsageBasedSubscriptions.inboxAddress)!
            provider.storage.save(claimed, to: path)
        }
        let capability = provider.storage.copy<Capability<
            auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: path)!
        let flow = provider.storage.borrow<&FlowToken.Vault>(from: /storage/flowTokenVault)!
        flow.deposit(from: <- capability.borrow()!.withdrawWithEntitlement(amount: amount))
    }
}
