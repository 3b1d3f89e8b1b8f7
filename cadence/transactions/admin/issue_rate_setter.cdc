import "BillingTerms"
import "UsageBasedSubscriptions"

/// Lets an account set the rate, and nothing else.
/// Signer: the admin. Effect: the account finds its capability in the inbox.
/// Before: the account was given none, or it was revoked.
transaction(address: Address) {

    prepare(
        admin: auth(GetStorageCapabilityController, IssueStorageCapabilityController, PublishInboxCapability) &Account
    ) {
        let path = UsageBasedSubscriptions.TermsStoragePath
        let name = "BillingTerms.rate.".concat(address.toString())
        assert(
            admin.storage.type(at: path) == Type<@BillingTerms.Terms>(),
            message: "Cannot issue the right to set the rate! The account is not the admin's. "
                .concat("Sign with the admin's account.")
        )
        for controller in admin.capabilities.storage.getControllers(forPath: path) {
            assert(controller.tag != name, message: "Cannot issue the right to set the rate! "
                .concat(address.toString()).concat(" has it already. Nothing has to be done."))
        }
        let capability = admin.capabilities.storage.issue<auth(BillingTerms.SetRate) &BillingTerms.Terms>(path)
        admin.capabilities.storage.getController(byCapabilityID: capability.id)!.setTag(name)
        admin.inbox.publish(capability, name: name, recipient: address)
    }
}
