import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Pauses a vault: nothing accrues.
/// Signer: the vault's owner. Effect: after the settle delay, until owner/resume.
/// Before: the signer holds the vault's capability; the vault is neither closed nor paused.
transaction(vaultId: UInt64) {

    let vault: auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot pause vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot pause vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.controls.pause()
    }

    post {
        self.vault.controls.pausedFrom != nil: "Cannot pause! The vault would go on."
    }
}
