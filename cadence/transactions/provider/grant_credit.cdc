import "UsageBasedSubscriptions"
import "VaultDirectory"

/// Gives a vault's customer credit in USD for a reason, as where more was counted than used: coming charges use it
/// first.
/// Signer: the vault's provider. Effect: less becomes due from the next reading on; what accrued stays as it is. Credit
/// that is left when the vault closes lapses.
/// Before: the vault isn't closed.
transaction(vaultId: UInt64, usd: UFix64, reason: String) {

    let vault: auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
    let creditBefore: UFix64

    prepare(provider: auth(ClaimInboxCapability, CopyValue, LoadValue, SaveValue) &Account) {
        let path = VaultDirectory.providerCapabilityPath(vaultId)
        let kept = provider.storage.copy<Capability>(from: path)
        if kept == nil || !kept!.check<&AnyResource>() {
            let claimed = provider.inbox.claim<
                auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
            >(VaultDirectory.providerInboxName(vaultId), provider: UsageBasedSubscriptions.inboxAddress)
                ?? panic("Cannot grant credit to vault ".concat(vaultId.toString())
                    .concat("! The account is not its provider. Sign with the provider's account."))
            provider.storage.load<Capability>(from: path)
            provider.storage.save(claimed, to: path)
        }
        let capability = provider.storage.copy<Capability<
            auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: path)!
        self.vault = capability.borrow() ?? panic("Cannot grant credit to vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
        self.creditBefore = self.vault.usage.creditUsd
    }

    execute {
        self.vault.grantCredit(usd: usd, reason: reason)
    }

    post {
        self.vault.usage.creditUsd == self.creditBefore + usd: "Cannot grant credit! Another amount would be added."
    }
}
