import "FlareFDCTriggers"
import "ForgetfulHandler"

/// The admin registers a handler that was at a number and goes to another, and hands in a fact of a third.
transaction(last: UInt64, next: UInt64, acts: Bool, number: UInt64, key: String, r: UInt256, s: UInt256) {

    prepare(admin: auth(BorrowValue) &Account) {
        let registry = admin.storage.borrow<auth(FlareFDCTriggers.RegisterHandler) &FlareFDCTriggers.Registry>(
            from: FlareFDCTriggers.RegistryStoragePath
        )!
        let handlerId = "forgetful".concat(getCurrentBlock().height.toString())
        registry.registerHandler(
            handlerId: handlerId,
            handler: <- ForgetfulHandler.createHandler(last: last, next: next, acts: acts),
            triggerTypes: [FlareFDCTriggers.TriggerType.WebData]
        )
        ForgetfulHandler.dispatch(handlerId: handlerId, number: number, key: key, r: r, s: s)
    }
}
