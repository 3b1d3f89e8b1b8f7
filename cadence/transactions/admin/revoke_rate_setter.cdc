import "BillingTerms"
import "UsageBasedSubscriptions"

/// Ends an account's right to set the rate at once: what it holds of the capability, and every copy, works no longer.
/// Signer: the admin. Effect: the account sets no rate; the rate that it set stays.
/// Before: admin/issue_rate_setter for the account.
transaction(address: Address) {

    prepare(admin: auth(GetStorageCapabilityController, UnpublishInboxCapability) &Account) {
        let path = UsageBasedSubscriptions.TermsStoragePath
        let name = "BillingTerms.rate.".concat(address.toString())
        assert(
            admin.storage.type(at: path) == Type<@BillingTerms.Terms>(),
            message: "Cannot revoke the right to set the rate! The account is not the admin's. "
                .concat("Sign with the admin's account.")
        )
        var revoked = false
        for controller in admin.capabilities.storage.getControllers(forPath: path) {
            if controller.tag == name {
                controller.delete()
                revoked = true
            }
        }
        if !revoked {
            panic("Cannot revoke the right to set the rate! ".concat(address.toString())
                .concat(" does not have it. Check the address."))
        }
        admin.inbox.unpublish<auth(BillingTerms.SetRate) &BillingTerms.Terms>(name)
    }
}
