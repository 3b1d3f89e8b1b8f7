import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Ends what the provider's right may grow by at a time (Unix seconds); nil: no end. What accrued stays withdrawable.
/// Signer: the vault's owner. Effect: nothing accrues after that time.
/// Before: the signer holds the vault's capability; the vault isn't closed; a sooner end leaves the settle delay;
/// the end is in the year 9999 or before.
transaction(vaultId: UInt64, expiresAt: UInt64?) {

    let vault: auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot set the expiry of vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot set the expiry of vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.controls.setExpiry(expiresAt)
    }

    post {
        self.vault.controls.expiresAt == expiresAt: "Cannot set the expiry! It would not take the value."
    }
}
