import "FungibleToken"
import "FlowToken"
import "UsageBasedSubscriptions"

/// Adds FLOW to a vault; debt is paid from it first.
/// Signer: anyone, usually the customer. Effect: the amount leaves the signer's FLOW vault.
/// Before: the vault exists and isn't closed; the signer has the amount.
transaction(vaultId: UInt64, amount: UFix64) {

    let payment: @{FungibleToken.Vault}
    let depositsBefore: UFix64

    prepare(payer: auth(BorrowValue) &Account) {
        let flow = payer.storage.borrow<auth(FungibleToken.Withdraw) &FlowToken.Vault>(from: /storage/flowTokenVault)
            ?? panic("Cannot deposit! The account has no FLOW vault. Use an account that holds FLOW.")
        if flow.balance < amount {
            panic("Cannot deposit! The account holds ".concat(flow.balance.toString())
                .concat(" FLOW. Deposit less, or add FLOW first."))
        }
        let vault = UsageBasedSubscriptions.vaultOf(vaultId)
        self.depositsBefore = vault?.funds?.deposits ?? 0.0
        self.payment <- flow.withdraw(amount: amount)
    }

    execute {
        UsageBasedSubscriptions.deposit(vaultId: vaultId, from: <- self.payment)
    }

    post {
        UsageBasedSubscriptions.vaultOf(vaultId)!.funds.deposits == self.depositsBefore + amount:
            "Cannot deposit! The vault would not hold the amount."
    }
}
