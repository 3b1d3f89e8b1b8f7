import "UsageBasedSubscriptions"
import "VaultDirectory"

/// Asks a vault's approvers to let the provider have an amount above the threshold.
/// Signer: the vault's provider. Effect: a proposal; once it was approved and executed, the amount may be withdrawn in
/// addition to what the threshold leaves.
/// Before: the vault has approvers.
transaction(vaultId: UInt64, amount: UFix64) {

    let vault: auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault

    prepare(provider: auth(ClaimInboxCapability, CopyValue, LoadValue, SaveValue) &Account) {
        let path = VaultDirectory.providerCapabilityPath(vaultId)
        let kept = provider.storage.copy<Capability>(from: path)
        if kept == nil || !kept!.check<&AnyResource>() {
            let claimed = provider.inbox.claim<
                auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
            >(VaultDirectory.providerInboxName(vaultId), provider: UsageBasedSubscriptions.inboxAddress)
                ?? panic("Cannot request a payment of vault ".concat(vaultId.toString())
                    .concat("! The account is not its provider. Sign with the provider's account."))
            provider.storage.load<Capability>(from: path)
            provider.storage.save(claimed, to: path)
        }
        let capability = provider.storage.copy<Capability<
            auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: path)!
        self.vault = capability.borrow() ?? panic("Cannot request a payment of vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.requestPayment(amount: amount)
    }
}
