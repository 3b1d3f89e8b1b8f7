import "FungibleToken"
import "FlowToken"

/// Sends FLOW to an account.
transaction(amount: UFix64, to: Address) {

    prepare(sender: auth(BorrowValue) &Account) {
        let flow = sender.storage.borrow<auth(FungibleToken.Withdraw) &FlowToken.Vault>(from: /storage/flowTokenVault)!
        let receiver = getAccount(to).capabilities.borrow<&{FungibleToken.Receiver}>(/public/flowTokenReceiver)!
        receiver.deposit(from: <- flow.withdraw(amount: amount))
    }
}
