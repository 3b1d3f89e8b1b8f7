import "BillingTerms"
import "UsageBasedSubscriptions"

/// Sets the USD that one FLOW is worth, as admin/set_rate does, for an account that may do only this.
/// Signer: an account that holds the capability. Effect: charges become FLOW at this rate.
/// Before: rate/claim_rate_setter; the source is the one in force; the rate moves within the bounded jump.
transaction(usdPerFlow: UFix64, source: String) {

    let terms: auth(BillingTerms.SetRate) &BillingTerms.Terms

    prepare(setter: auth(CopyValue) &Account) {
        let identifier = "BillingTermsRateOf".concat(UsageBasedSubscriptions.inboxAddress.toString())
        let capability = setter.storage.copy<Capability<auth(BillingTerms.SetRate) &BillingTerms.Terms>>(
            from: StoragePath(identifier: identifier)!
        ) ?? panic("Cannot set the rate! The account may not. Ask the admin for the right, and claim it.")
        self.terms = capability.borrow()
            ?? panic("Cannot set the rate! The right was revoked. Ask the admin to issue it again, and claim it.")
    }

    execute {
        self.terms.setRate(usdPerFlow: usdPerFlow, source: source)
    }

    post {
        self.terms.rateRefusal() == nil: "Cannot set the rate! Nothing could settle at it."
    }
}
