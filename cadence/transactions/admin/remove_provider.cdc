import "BillingTerms"
import "UsageBasedSubscriptions"

/// Removes a provider at once: its vaults get no further keys.
/// Signer: the admin. Effect: what was used is still settled and can be withdrawn.
/// Before: the provider is registered.
transaction(address: Address) {

    let terms: auth(BillingTerms.RegisterProvider) &BillingTerms.Terms

    prepare(admin: auth(BorrowValue) &Account) {
        self.terms = admin.storage.borrow<auth(BillingTerms.RegisterProvider) &BillingTerms.Terms>(
            from: UsageBasedSubscriptions.TermsStoragePath
        ) ?? panic("Cannot remove a provider! The account is not the admin's. Sign with the admin's account.")
    }

    execute {
        self.terms.removeProvider(address)
    }

    post {
        !self.terms.isRegistered(address): "Cannot remove a provider! It would stay registered."
    }
}
