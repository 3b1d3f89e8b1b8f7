import "UsageBasedSubscriptions"
import "VaultApprovals"
import "VaultControls"
import "VaultDirectory"

/// Names who must agree before FLOW leaves the vault: `required` of the approvers, for what the owner takes and for
/// what the provider is paid above `threshold` FLOW a period (nil: any amount without them). No approvers: end it.
/// Signer: the vault's owner. Effect: the first time at once; then a proposal that the approvers of now must approve.
/// Before: the signer holds the vault's capability; the vault isn't closed.
transaction(vaultId: UInt64, approvers: [Address], required: Int, threshold: UFix64?) {

    let vault: auth(VaultControls.NameApprovers) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.NameApprovers) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot set the approvers of vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot set the approvers of vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        let policy = approvers.length == 0
            ? nil
            : VaultApprovals.Policy(approvers: approvers, required: required, threshold: threshold)
        self.vault.controls.setApprovers(policy)
    }
}
