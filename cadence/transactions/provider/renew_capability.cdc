import "UsageBasedSubscriptions"
import "VaultDirectory"

/// Takes a new capability to each vault, so that the old one dies with all copies of it: somebody may have one.
/// Signer: the vaults' provider. Effect: at once. What accrued stays. A vault that was archived has none to renew.
/// Before: the signer is the provider of every other vault.
transaction(vaultIds: [UInt64]) {

    prepare(provider: auth(ClaimInboxCapability, LoadValue, SaveValue) &Account) {
        for id in vaultIds {
            if VaultDirectory.closedVault(id) != nil { continue }
            let path = VaultDirectory.providerCapabilityPath(id)
            let kept = provider.storage.load<Capability<
                auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
            >>(from: path)
            let capability = kept?.check() == true ? kept! : provider.inbox.claim<
                auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
            >(VaultDirectory.providerInboxName(id), provider: UsageBasedSubscriptions.inboxAddress)
                ?? panic("Cannot renew the capability to vault ".concat(id.toString())
                    .concat("! The account is not its provider. Sign with the provider's account."))
            capability.borrow()!.renewCapability()
            provider.storage.save(provider.inbox.claim<
                auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
            >(VaultDirectory.providerInboxName(id), provider: UsageBasedSubscriptions.inboxAddress)!, to: path)
        }
    }
}
