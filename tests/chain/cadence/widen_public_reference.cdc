import "UsageBasedSubscriptions"
import "VaultControls"

/// Anyone takes the public reference to a vault for one with the owner's and the provider's rights.
transaction(vaultId: UInt64) {

    prepare(anyone: &Account) {
        let vault = UsageBasedSubscriptions.vaultOf(vaultId)!
        let widened = vault as? auth(VaultControls.Reclaim, UsageBasedSubscriptions.WithdrawAccrued)
            &UsageBasedSubscriptions.SubscriptionVault
        let entitled = widened ?? panic("not entitled")
        destroy entitled.withdrawWithEntitlement(amount: 1.0)
    }
}
