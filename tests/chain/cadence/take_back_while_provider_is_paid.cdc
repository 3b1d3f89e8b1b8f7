import "FlowToken"
import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Takes FLOW back from one vault into the signer's own, and lets another pay its provider in the same transaction.
transaction(refunding: UInt64, paying: UInt64) {

    prepare(customer: auth(BorrowValue, CopyValue) &Account) {
        let flow = customer.storage.borrow<&FlowToken.Vault>(from: /storage/flowTokenVault)!
        let first = customer.storage.copy<Capability<
            auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(refunding))!
        let second = customer.storage.copy<Capability<
            auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(paying))!
        flow.deposit(from: <- first.borrow()!.takeBack())
        second.borrow()!.setAutomaticPayment(true)
    }
}
