import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Chooses whether the vault pays its provider at each settlement or lets what is owed accrue.
/// Signer: the vault's owner. Effect: from now on; what accrued so far is paid when it is switched on.
/// Before: the signer holds the vault's capability.
transaction(vaultId: UInt64, enabled: Bool) {

    let vault: auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot set how vault ".concat(vaultId.toString())
                .concat(" pays! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow()
            ?? panic("Cannot set how vault ".concat(vaultId.toString()).concat(" pays! The capability was revoked."))
    }

    execute {
        self.vault.setAutomaticPayment(enabled)
    }

    post {
        self.vault.automaticPayment == enabled: "Cannot set how the vault pays! It would not take the setting."
    }
}
