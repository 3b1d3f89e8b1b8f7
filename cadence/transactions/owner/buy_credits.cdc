import "FungibleToken"
import "FlowToken"

/// Sends FLOW to the operator's treasury, which turns it into credits of the signer's account.
/// Signer: who buys credits. Effect: the amount leaves the signer's FLOW vault. What it is worth in USD is decided by
/// the rate of the block.
/// Before: the signer has the amount, and is not the treasury: what that pays itself credits nobody.
transaction(amount: UFix64, treasury: Address) {

    let payment: @{FungibleToken.Vault}
    let receiver: &{FungibleToken.Receiver}

    prepare(buyer: auth(BorrowValue) &Account) {
        if buyer.address == treasury {
            panic("Cannot buy credits! The account ".concat(treasury.toString())
                .concat(" is the treasury itself. Pay from another account."))
        }
        let flow = buyer.storage.borrow<auth(FungibleToken.Withdraw) &FlowToken.Vault>(from: /storage/flowTokenVault)
            ?? panic("Cannot buy credits! The account has no FLOW vault. Use an account that holds FLOW.")
        if flow.balance < amount {
            panic("Cannot buy credits! The account holds ".concat(flow.balance.toString())
                .concat(" FLOW. Pay less, or add FLOW first."))
        }
        self.receiver = getAccount(treasury).capabilities.borrow<&{FungibleToken.Receiver}>(/public/flowTokenReceiver)
            ?? panic("Cannot buy credits! The treasury ".concat(treasury.toString())
                .concat(" takes no FLOW. Tell the operator."))
        self.payment <- flow.withdraw(amount: amount)
    }

    pre {
        amount > 0.0: "Cannot buy credits for 0 FLOW! Give an amount above 0."
    }

    execute {
        self.receiver.deposit(from: <- self.payment)
    }
}
