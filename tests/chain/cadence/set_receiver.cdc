import "FlowToken"

/// Offers the account's FLOW vault to payers, or does so no longer.
transaction(offered: Bool) {

    prepare(party: auth(IssueStorageCapabilityController, PublishCapability, UnpublishCapability) &Account) {
        party.capabilities.unpublish(/public/flowTokenReceiver)
        if offered {
            let capability = party.capabilities.storage.issue<&FlowToken.Vault>(/storage/flowTokenVault)
            party.capabilities.publish(capability, at: /public/flowTokenReceiver)
        }
    }
}
