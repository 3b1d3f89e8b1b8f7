import "FungibleToken"
import "FlowToken"
import "UsageBasedSubscriptions"

/// Opens a vault that belongs to somebody else.
transaction(owner: Address, provider: Address, deposit: UFix64) {

    prepare(payer: auth(BorrowValue) &Account) {
        let flow = payer.storage.borrow<auth(FungibleToken.Withdraw) &FlowToken.Vault>(from: /storage/flowTokenVault)!
        UsageBasedSubscriptions.createSubscriptionVault(
            owner: owner,
            provider: provider,
            serviceName: "A gift",
            initialDeposit: <- flow.withdraw(amount: deposit)
        )
    }
}
