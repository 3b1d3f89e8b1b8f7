import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Withdraws a request to take FLOW back or to close the vault.
/// Signer: the vault's owner. Effect: the vault goes on as before.
/// Before: owner/request_return.
transaction(vaultId: UInt64) {

    let vault: auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot cancel the request of vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot cancel the request of vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.controls.cancelReturn()
    }

    post {
        self.vault.controls.requestedReturn() == nil: "Cannot cancel the request! It would stay."
    }
}
