import "UsageBasedSubscriptions"
import "VaultControls"

/// The accomplice keeps the copy of an owner's capability that it was given.
transaction(from: Address) {

    prepare(accomplice: auth(ClaimInboxCapability, SaveValue) &Account) {
        let capability = accomplice.inbox.claim<
            auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
        >("leak", provider: from)!
        accomplice.storage.save(capability, to: /storage/leak)
    }
}
