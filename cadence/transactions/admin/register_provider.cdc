import "BillingTerms"
import "UsageBasedSubscriptions"

/// Registers a provider: after the notice time its vaults may get keys.
/// Signer: the admin. Effect: the provider is listed.
/// Before: the provider is not registered.
transaction(address: Address) {

    let terms: auth(BillingTerms.RegisterProvider) &BillingTerms.Terms

    prepare(admin: auth(BorrowValue) &Account) {
        self.terms = admin.storage.borrow<auth(BillingTerms.RegisterProvider) &BillingTerms.Terms>(
            from: UsageBasedSubscriptions.TermsStoragePath
        ) ?? panic("Cannot register a provider! The account is not the admin's. Sign with the admin's account.")
    }

    execute {
        self.terms.registerProvider(address)
    }
}
