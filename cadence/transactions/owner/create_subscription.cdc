import "FungibleToken"
import "FlowToken"
import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Opens a vault for the signer that pays `provider` for metered use, with a first deposit.
/// Signer: the customer. Effect: the deposit leaves the signer's FLOW vault; the signer holds the vault's capability.
/// Before: the signer has the deposit, which is at least the minimum.
transaction(provider: Address, serviceName: String, deposit: UFix64) {

    let customer: auth(ClaimInboxCapability, SaveValue) &Account
    let payment: @{FungibleToken.Vault}
    let balanceBefore: UFix64
    let balanceAfter: UFix64

    prepare(customer: auth(BorrowValue, ClaimInboxCapability, SaveValue) &Account) {
        let flow = customer.storage.borrow<auth(FungibleToken.Withdraw) &FlowToken.Vault>(from: /storage/flowTokenVault)
            ?? panic("Cannot open a vault! The account has no FLOW vault. Use an account that holds FLOW.")
        if flow.balance < deposit {
            panic("Cannot open a vault! The account holds ".concat(flow.balance.toString())
                .concat(" FLOW. Deposit less, or add FLOW first."))
        }
        self.customer = customer
        self.balanceBefore = flow.balance
        self.payment <- flow.withdraw(amount: deposit)
        self.balanceAfter = flow.balance
    }

    execute {
        let id = UsageBasedSubscriptions.createSubscriptionVault(
            owner: self.customer.address,
            provider: provider,
            serviceName: serviceName,
            initialDeposit: <- self.payment
        )
        let capability = self.customer.inbox.claim<
            auth(VaultControls.Configure, VaultControls.NameApprovers, VaultControls.Reclaim,
                UsageBasedSubscriptions.Transfer) &UsageBasedSubscriptions.SubscriptionVault
        >(VaultDirectory.ownerInboxName(id), provider: UsageBasedSubscriptions.inboxAddress)
            ?? panic("Cannot open a vault! Its capability is not in the inbox. Nothing was changed; try again.")
        self.customer.storage.save(capability, to: VaultDirectory.ownerCapabilityPath(id))
    }

    post {
        self.balanceBefore - self.balanceAfter == deposit: "Cannot open a vault! Another amount would leave."
        self.customer.storage.used <= self.customer.storage.capacity:
            "Cannot open a vault! The account has no room for the vault's capability. Add FLOW to it."
    }
}
