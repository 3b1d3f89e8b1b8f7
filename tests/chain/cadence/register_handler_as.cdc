import "FlareFDCTriggers"
import "UsageBasedSubscriptions"

/// The admin registers a handler under an id, for so many types of triggers.
transaction(handlerId: String, types: Int) {

    prepare(admin: auth(BorrowValue) &Account) {
        let registry = admin.storage.borrow<auth(FlareFDCTriggers.RegisterHandler) &FlareFDCTriggers.Registry>(
            from: FlareFDCTriggers.RegistryStoragePath
        )!
        let triggerTypes: [FlareFDCTriggers.TriggerType] = []
        while triggerTypes.length < types {
            triggerTypes.append(FlareFDCTriggers.TriggerType.WebData)
        }
        registry.registerHandler(
            handlerId: handlerId,
            handler: <- UsageBasedSubscriptions.createLiteLLMHandler(),
            triggerTypes: triggerTypes
        )
    }
}
