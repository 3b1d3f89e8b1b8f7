import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Announces that the owner will take FLOW back: an amount, or (nil) all that is not owed, and close the vault.
/// Signer: the vault's owner. Effect: owner/take_back works after the settle delay, and if the vault has approvers once
/// they agreed; an earlier request is replaced.
/// Before: the signer holds the vault's capability; the vault isn't closed. An amount leaves the minimum deposit.
transaction(vaultId: UInt64, amount: UFix64?) {

    let vault: auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot take FLOW back from vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot take FLOW back from vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.controls.requestReturn(amount: amount)
        // What can't be given now is refused now, and not after the delay.
        VaultControls.returnable(
            amount, free: self.vault.funds.free(), minimum: UsageBasedSubscriptions.minimumDeposit
        )
    }

    post {
        self.vault.controls.requestedReturn() != nil: "Cannot take FLOW back! The request would be lost."
    }
}
