import "BillingTerms"
import "UsageBasedSubscriptions"

/// A rate setter that was broken into gives a copy of its capability away.
transaction(thief: Address) {

    prepare(setter: auth(CopyValue, PublishInboxCapability) &Account) {
        let identifier = "BillingTermsRateOf".concat(UsageBasedSubscriptions.inboxAddress.toString())
        let capability = setter.storage.copy<Capability<auth(BillingTerms.SetRate) &BillingTerms.Terms>>(
            from: StoragePath(identifier: identifier)!
        )!
        setter.inbox.publish(capability, name: "rate", recipient: thief)
    }
}
