import "BillingTerms"
import "UsageBasedSubscriptions"

/// The admin sets one rate after the other in the same block.
transaction(rates: [UFix64]) {

    prepare(admin: auth(BorrowValue) &Account) {
        let terms = admin.storage.borrow<auth(BillingTerms.SetRate) &BillingTerms.Terms>(
            from: UsageBasedSubscriptions.TermsStoragePath
        )!
        for rate in rates {
            terms.setRate(usdPerFlow: rate, source: "fixed")
        }
    }
}
