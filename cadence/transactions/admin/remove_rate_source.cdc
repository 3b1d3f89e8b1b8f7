import "BillingTerms"
import "UsageBasedSubscriptions"

/// Takes rates from no source, at once.
/// Signer: the admin. Effect: readings wait until another source was named, its notice time is over and it gave a rate.
/// Before: a source is named.
transaction {

    let terms: auth(BillingTerms.NameRateSource) &BillingTerms.Terms

    prepare(admin: auth(BorrowValue) &Account) {
        self.terms = admin.storage.borrow<auth(BillingTerms.NameRateSource) &BillingTerms.Terms>(
            from: UsageBasedSubscriptions.TermsStoragePath
        ) ?? panic("Cannot remove the source of the rate! The account is not the admin's. "
            .concat("Sign with the admin's account."))
    }

    execute {
        self.terms.removeRateSource()
    }

    post {
        self.terms.rateRefusal() != nil: "Cannot remove the source of the rate! Readings would still settle."
    }
}
