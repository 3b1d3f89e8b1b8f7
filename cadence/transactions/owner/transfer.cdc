import "UsageBasedSubscriptions"
import "VaultDirectory"

/// Gives the vault to another owner, or to the owner itself so that copies of its capabilities die.
/// Signer: the vault's owner. Effect: at once, and the new owner claims it with owner/claim_vault; if the vault has
/// approvers, a proposal that they must approve.
/// Before: the signer holds the vault's capability.
transaction(vaultId: UInt64, to: Address) {

    let vault: auth(UsageBasedSubscriptions.Transfer) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(UsageBasedSubscriptions.Transfer) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot transfer vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot transfer vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.transfer(to: to)
    }
}
