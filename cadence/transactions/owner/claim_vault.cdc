import "UsageBasedSubscriptions"

/// Takes the owner's capability of a vault that somebody else opened for the signer.
/// Signer: the vault's owner. Effect: the signer holds the vault's capability. Repeating it changes nothing.
/// Before: the vault was opened for the signer.
transaction(vaultId: UInt64) {

    prepare(customer: auth(ClaimInboxCapability, SaveValue) &Account) {
        let path = UsageBasedSubscriptions.ownerCapabilityPath(vaultId)
        if customer.storage.type(at: path) != nil { return }
        let capability = customer.inbox.claim<
            auth(UsageBasedSubscriptions.Configure, UsageBasedSubscriptions.Reclaim)
            &UsageBasedSubscriptions.SubscriptionVault
        >(UsageBasedSubscriptions.ownerInboxName(vaultId), provider: UsageBasedSubscriptions.inboxAddress)
            ?? panic("Cannot claim vault ".concat(vaultId.toString())
                .concat("! Nothing waits for this account. Check the number and the account."))
        customer.storage.save(capability, to: path)
    }
}
