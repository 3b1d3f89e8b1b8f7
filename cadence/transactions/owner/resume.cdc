import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Ends a vault's pause. What the next reading says was used meanwhile falls due.
/// Signer: the vault's owner. Effect: at once.
/// Before: owner/pause.
transaction(vaultId: UInt64) {

    let vault: auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot resume vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot resume vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.controls.resume()
    }

    post {
        self.vault.controls.pausedFrom == nil: "Cannot resume! The vault would stay paused."
    }
}
