import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Limits what a period may cost in USD; nil removes the limit.
/// Signer: the vault's owner. Effect: at once if it loosens, else after the settle delay.
/// Before: the signer holds the vault's capability; the vault isn't closed.
transaction(vaultId: UInt64, capUsd: UFix64?) {

    let vault: auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot set the cap of vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot set the cap of vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.controls.setCap(capUsd)
    }

    post {
        self.vault.controls.capUsd() == capUsd || self.vault.controls.pendingCap()?.limit == capUsd:
            "Cannot set the cap! It would not take the value."
    }
}
