import "Pebble"
import "UsageBasedSubscriptions"

/// Deposits what is no FLOW: into a new vault, or (with a number) into one that exists.
transaction(vaultId: UInt64?) {

    prepare(anyone: &Account) {
        if vaultId != nil {
            UsageBasedSubscriptions.deposit(vaultId: vaultId!, from: <- Pebble.make(100.0))
            return
        }
        UsageBasedSubscriptions.createSubscriptionVault(
            owner: anyone.address,
            provider: anyone.address,
            serviceName: "x",
            initialDeposit: <- Pebble.make(100.0)
        )
    }
}
