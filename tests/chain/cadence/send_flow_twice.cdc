import "FungibleToken"
import "FlowToken"

/// Sends two amounts of FLOW to an account, then both again as one.
transaction(first: UFix64, second: UFix64, to: Address) {

    prepare(sender: auth(BorrowValue) &Account) {
        let flow = sender.storage.borrow<auth(FungibleToken.Withdraw) &FlowToken.Vault>(from: /storage/flowTokenVault)!
        let receiver = getAccount(to).capabilities.borrow<&{FungibleToken.Receiver}>(/public/flowTokenReceiver)!
        receiver.deposit(from: <- flow.withdraw(amount: first))
        receiver.deposit(from: <- flow.withdraw(amount: second))
        let together <- flow.withdraw(amount: first)
        together.deposit(from: <- flow.withdraw(amount: second))
        receiver.deposit(from: <- together)
    }
}
