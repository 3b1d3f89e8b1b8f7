import "FungibleToken"
import "FlowToken"
import "UsageBasedSubscriptions"
import "VaultDirectory"

/// Takes all that accrued from each vault as far as no approval is missing; capabilities that still wait in the inbox
/// are claimed on the way.
/// Signer: the vaults' provider. Effect: the FLOW lands in the signer's FLOW vault. A vault without accrued FLOW gives
/// nothing, nor does one that was archived.
/// Before: the signer is the provider of every other vault.
transaction(vaultIds: [UInt64]) {

    let vaults: [auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault]
    let flow: &FlowToken.Vault
    let balanceBefore: UFix64
    var total: UFix64

    prepare(provider: auth(BorrowValue, ClaimInboxCapability, CopyValue, LoadValue, SaveValue) &Account) {
        self.vaults = []
        self.total = 0.0
        self.flow = provider.storage.borrow<&FlowToken.Vault>(from: /storage/flowTokenVault)
            ?? panic("Cannot withdraw! The account has no FLOW vault. Set one up first.")
        self.balanceBefore = self.flow.balance
        for id in vaultIds {
            if VaultDirectory.closedVault(id) != nil { continue }
            let path = VaultDirectory.providerCapabilityPath(id)
            let kept = provider.storage.copy<Capability>(from: path)
            if kept == nil || !kept!.check<&AnyResource>() {
                let claimed = provider.inbox.claim<
                    auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
                >(VaultDirectory.providerInboxName(id), provider: UsageBasedSubscriptions.inboxAddress)
                    ?? panic("Cannot withdraw from vault ".concat(id.toString())
                        .concat("! The account is not its provider. Sign with the provider's account."))
                provider.storage.load<Capability>(from: path)
                provider.storage.save(claimed, to: path)
            }
            let capability = provider.storage.copy<Capability<
                auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
            >>(from: path)!
            self.vaults.append(capability.borrow() ?? panic("Cannot withdraw from vault ".concat(id.toString())
                .concat("! The capability was revoked.")))
        }
    }

    execute {
        for vault in self.vaults {
            let amount = vault.withdrawable()
            if amount == 0.0 { continue }
            self.flow.deposit(from: <- vault.withdrawWithEntitlement(amount: amount))
            self.total = self.total + amount
        }
    }

    post {
        self.flow.balance == self.balanceBefore + self.total: "Cannot withdraw! Not all that accrued would arrive."
    }
}
