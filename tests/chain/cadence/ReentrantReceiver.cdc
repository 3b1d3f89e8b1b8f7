import "FungibleToken"
import "FlowToken"
import "UsageBasedSubscriptions"

/// A provider's receiver that, whenever it is paid, withdraws the same amount from the vault again.
access(all) contract ReentrantReceiver {

    access(all) resource Receiver: FungibleToken.Receiver {
        access(self) let right: Capability<
            auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
        >
        access(self) let loot: @FlowToken.Vault

        access(all) fun deposit(from: @{FungibleToken.Vault}) {
            let amount = from.balance
            self.loot.deposit(from: <- from)
            self.loot.deposit(from: <- self.right.borrow()!.withdrawWithEntitlement(amount: amount))
        }

        access(all) view fun getSupportedVaultTypes(): {Type: Bool} {
            return {Type<@FlowToken.Vault>(): true}
        }

        access(all) view fun isSupportedVaultType(type: Type): Bool {
            return true
        }

        init(_ right: Capability<
            auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
        >) {
            self.right = right
            self.loot <- FlowToken.createEmptyVault(vaultType: Type<@FlowToken.Vault>())
        }
    }

    access(all) fun createReceiver(_ right: Capability<
        auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
    >): @Receiver {
        return <- create Receiver(right)
    }
}
