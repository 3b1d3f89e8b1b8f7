import "UsageBasedSubscriptions"

/// A thief renews a provider's capability by the copy that it has.
transaction(vaultId: UInt64) {

    prepare(thief: auth(CopyValue) &Account) {
        let capability = thief.storage.copy<
            Capability<auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault>
        >(from: StoragePath(identifier: "providers".concat(vaultId.toString()))!) ?? panic("there is no copy")
        capability.borrow()!.renewCapability()
    }
}
