import "UsageBasedSubscriptions"
import "VaultDirectory"

/// A party gives somebody a copy of a capability that it holds: the owner's or the provider's.
transaction(vaultId: UInt64, owners: Bool, accomplice: Address) {

    prepare(party: auth(CopyValue, PublishInboxCapability) &Account) {
        let path = owners
            ? VaultDirectory.ownerCapabilityPath(vaultId)
            : VaultDirectory.providerCapabilityPath(vaultId)
        let capability = party.storage.copy<Capability>(from: path)!
        party.inbox.publish(capability, name: "leak", recipient: accomplice)
    }
}
