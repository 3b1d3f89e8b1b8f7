import "UsageBasedSubscriptions"
import "VaultControls"

/// A thief keeps the copy of a capability that an owner or a provider let go.
transaction(from: Address, vaultId: UInt64, owners: Bool) {

    prepare(thief: auth(ClaimInboxCapability, LoadValue, SaveValue) &Account) {
        let path = StoragePath(identifier: (owners ? "owners" : "providers").concat(vaultId.toString()))!
        thief.storage.load<Capability>(from: path)
        if owners {
            thief.storage.save(thief.inbox.claim<
                auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
            >("leak", provider: from)!, to: path)
        } else {
            thief.storage.save(thief.inbox.claim<
                auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
            >("leak", provider: from)!, to: path)
        }
    }
}
