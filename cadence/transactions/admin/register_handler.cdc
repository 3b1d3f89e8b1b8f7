import "FlareFDCTriggers"
import "UsageBasedSubscriptions"

/// Registers the handler of metered usage, so that oracles' readings reach the vaults.
/// Signer: the admin. Effect: triggers for `litellm-usage` are handled. Once per deployment.
/// Before: nothing.
transaction {

    let registry: auth(FlareFDCTriggers.RegisterHandler) &FlareFDCTriggers.Registry

    prepare(admin: auth(BorrowValue) &Account) {
        self.registry = admin.storage.borrow<auth(FlareFDCTriggers.RegisterHandler) &FlareFDCTriggers.Registry>(
            from: FlareFDCTriggers.RegistryStoragePath
        ) ?? panic("Cannot register the handler! The account is not the admin's. Sign with the admin's account.")
    }

    execute {
        self.registry.registerHandler(
            handlerId: UsageBasedSubscriptions.handlerId,
            handler: <- UsageBasedSubscriptions.createLiteLLMHandler(),
            triggerTypes: [FlareFDCTriggers.TriggerType.DefiProtocolEvent]
        )
    }
}
