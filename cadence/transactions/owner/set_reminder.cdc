import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Asks for an event when what is not owed falls below an amount of FLOW; nil: never.
/// Signer: the vault's owner. Effect: from now on; if it is below the amount already, the event comes at once.
/// Before: the signer holds the vault's capability; the vault isn't closed.
transaction(vaultId: UInt64, below: UFix64?) {

    let vault: auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot set the reminder of vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot set the reminder of vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.setReminder(below)
    }

    post {
        self.vault.controls.reminderBelow == below: "Cannot set the reminder! It would not take the value."
    }
}
