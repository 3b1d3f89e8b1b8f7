import "FungibleToken"
import "FlowToken"
import "UsageBasedSubscriptions"

/// Opens many vaults of the signer's at once.
transaction(count: Int, provider: Address, serviceName: String, repeatName: Int, deposit: UFix64) {

    prepare(customer: auth(BorrowValue) &Account) {
        let flow = customer.storage.borrow<auth(FungibleToken.Withdraw) &FlowToken.Vault>(
            from: /storage/flowTokenVault
        )!
        var name = serviceName
        var doublings = 0
        while doublings < repeatName {
            name = name.concat(name)
            doublings = doublings + 1
        }
        var opened = 0
        while opened < count {
            UsageBasedSubscriptions.createSubscriptionVault(
                owner: customer.address,
                provider: provider,
                serviceName: name,
                initialDeposit: <- flow.withdraw(amount: deposit)
            )
            opened = opened + 1
        }
    }
}
