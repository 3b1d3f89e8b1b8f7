import "BillingTerms"
import "UsageBasedSubscriptions"

/// Names the source that rates are taken from after the notice time. Until then they come from where they did.
/// Signer: the admin. Effect: the source waits; one that waited gives way. A rate of the source "fixed" doesn't age.
/// Before: nothing.
transaction(source: String) {

    let terms: auth(BillingTerms.NameRateSource) &BillingTerms.Terms

    prepare(admin: auth(BorrowValue) &Account) {
        self.terms = admin.storage.borrow<auth(BillingTerms.NameRateSource) &BillingTerms.Terms>(
            from: UsageBasedSubscriptions.TermsStoragePath
        ) ?? panic("Cannot name the source of the rate! The account is not the admin's. "
            .concat("Sign with the admin's account."))
    }

    execute {
        self.terms.nameRateSource(source)
    }

    post {
        (self.terms.nextRateSource() ?? self.terms.rateSource()!).name == source:
            "Cannot name the source of the rate! The name would be lost."
    }
}
