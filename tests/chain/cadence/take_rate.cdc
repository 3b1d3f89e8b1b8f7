import "BillingTerms"
import "UsageBasedSubscriptions"

/// The thief takes it.
transaction(setter: Address) {

    prepare(thief: auth(ClaimInboxCapability, SaveValue) &Account) {
        let identifier = "BillingTermsRateOf".concat(UsageBasedSubscriptions.inboxAddress.toString())
        let capability = thief.inbox.claim<auth(BillingTerms.SetRate) &BillingTerms.Terms>("rate", provider: setter)!
        thief.storage.save(capability, to: StoragePath(identifier: identifier)!)
    }
}
