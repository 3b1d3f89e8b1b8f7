import "BillingTerms"
import "UsageBasedSubscriptions"

/// Takes the capability to set the rate.
/// Signer: an account that the admin let set the rate. Effect: the signer holds the capability; one that was revoked is
/// replaced. Repeating it changes nothing.
/// Before: admin/issue_rate_setter for the signer.
transaction {

    prepare(setter: auth(ClaimInboxCapability, LoadValue, SaveValue) &Account) {
        // The address keeps deployments apart.
        let identifier = "BillingTermsRateOf".concat(UsageBasedSubscriptions.inboxAddress.toString())
        let path = StoragePath(identifier: identifier)!
        let claimed = setter.inbox.claim<auth(BillingTerms.SetRate) &BillingTerms.Terms>(
            "BillingTerms.rate.".concat(setter.address.toString()),
            provider: UsageBasedSubscriptions.inboxAddress
        )
        if claimed == nil {
            if setter.storage.type(at: path) != nil { return }
            panic("Cannot claim the right to set the rate! Nothing waits for this account. Ask the admin to issue it.")
        }
        setter.storage.load<Capability<auth(BillingTerms.SetRate) &BillingTerms.Terms>>(from: path)
        setter.storage.save(claimed!, to: path)
    }
}
