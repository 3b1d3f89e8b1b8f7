import "BillingTerms"
import "UsageBasedSubscriptions"

/// Sets the USD that one FLOW is worth, for the charges from now on. A rate of the source "fixed" doesn't age.
/// Signer: the admin. Effect: charges become FLOW at this rate; what accrued before stays as it is.
/// Before: the source is the one in force (admin/name_rate_source); the rate moves within the bounded jump.
transaction(usdPerFlow: UFix64, source: String) {

    let terms: auth(BillingTerms.SetRate) &BillingTerms.Terms

    prepare(admin: auth(BorrowValue) &Account) {
        self.terms = admin.storage.borrow<auth(BillingTerms.SetRate) &BillingTerms.Terms>(
            from: UsageBasedSubscriptions.TermsStoragePath
        ) ?? panic("Cannot set the rate! The account is not the admin's. Sign with the admin's account.")
    }

    execute {
        self.terms.setRate(usdPerFlow: usdPerFlow, source: source)
    }

    post {
        self.terms.rateRefusal() == nil: "Cannot set the rate! Nothing could settle at it."
    }
}
