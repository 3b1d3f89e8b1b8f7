import "FlowToken"
import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Takes back the FLOW that was requested: an amount if the minimum deposit stays, or all that is not owed by now,
/// which closes the vault.
/// Signer: the vault's owner. Effect: the FLOW lands in the signer's FLOW vault.
/// Before: owner/request_return, and the settle delay since.
transaction(vaultId: UInt64) {

    let vault: auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
    let flow: &FlowToken.Vault
    let owedBefore: UFix64

    prepare(customer: auth(BorrowValue, CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot take FLOW back from vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot take FLOW back from vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
        self.flow = customer.storage.borrow<&FlowToken.Vault>(from: /storage/flowTokenVault)
            ?? panic("Cannot take FLOW back! The account has no FLOW vault. Set one up first.")
        self.owedBefore = self.vault.funds.accrued + self.vault.funds.paid
    }

    execute {
        self.flow.deposit(from: <- self.vault.takeBack())
    }

    post {
        self.vault.funds.accrued + self.vault.funds.paid == self.owedBefore:
            "Cannot take FLOW back! What the provider earned would change."
    }
}
