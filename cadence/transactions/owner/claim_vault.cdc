import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Takes the owner's capability of a vault that somebody else opened for the signer or transferred to it.
/// Signer: the vault's owner. Effect: the signer holds the vault's capability; a dead one is replaced. Repeating it
/// changes nothing.
/// Before: the vault was opened for the signer, or transferred to it.
transaction(vaultId: UInt64) {

    prepare(customer: auth(ClaimInboxCapability, LoadValue, SaveValue) &Account) {
        let path = VaultDirectory.ownerCapabilityPath(vaultId)
        let capability = customer.inbox.claim<
            auth(VaultControls.Configure, VaultControls.NameApprovers, VaultControls.Reclaim,
                UsageBasedSubscriptions.Transfer) &UsageBasedSubscriptions.SubscriptionVault
        >(VaultDirectory.ownerInboxName(vaultId), provider: UsageBasedSubscriptions.inboxAddress)
        if capability == nil {
            if UsageBasedSubscriptions.vaultOf(vaultId)?.customer == customer.address
                && customer.storage.type(at: path) != nil { return }
            panic("Cannot claim vault ".concat(vaultId.toString())
                .concat("! Nothing waits for this account. Check the number and the account."))
        }
        customer.storage.load<Capability>(from: path)
        customer.storage.save(capability!, to: path)
    }
}
