import "FlowToken"
import "UsageBasedSubscriptions"
import "VaultControls"

/// A thief withdraws with a provider's capability, or asks for a vault's FLOW with an owner's.
transaction(vaultId: UInt64, owners: Bool, amount: UFix64) {

    prepare(thief: auth(BorrowValue, CopyValue) &Account) {
        let path = StoragePath(identifier: (owners ? "owners" : "providers").concat(vaultId.toString()))!
        if owners {
            let capability = thief.storage.copy<
                Capability<auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault>
            >(from: path) ?? panic("there is no copy")
            let vault = capability.borrow() ?? panic("the copy is dead")
            vault.controls.requestReturn(amount: amount)
        } else {
            let capability = thief.storage.copy<
                Capability<auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault>
            >(from: path) ?? panic("there is no copy")
            let vault = capability.borrow() ?? panic("the copy is dead")
            let flow = thief.storage.borrow<&FlowToken.Vault>(from: /storage/flowTokenVault)!
            flow.deposit(from: <- vault.withdrawWithEntitlement(amount: amount))
        }
    }
}
