import "FlowToken"
import "FungibleToken"

/// Creates an account with one P-256 key of full weight and gives it FLOW.
/// Signer: who pays for it; must hold the amount. The new address is in the event flow.AccountCreated.
transaction(publicKey: String, amount: UFix64) {

    /// The payer's FLOW for the new account.
    let payment: @{FungibleToken.Vault}

    /// Where the new account receives it.
    let receiver: &{FungibleToken.Receiver}

    prepare(payer: auth(BorrowValue) &Account) {
        let account = Account(payer: payer)
        account.keys.add(
            publicKey: PublicKey(
                publicKey: publicKey.decodeHex(),
                signatureAlgorithm: SignatureAlgorithm.ECDSA_P256
            ),
            hashAlgorithm: HashAlgorithm.SHA3_256,
            weight: 1000.0
        )
        let vault = payer.storage.borrow<auth(FungibleToken.Withdraw) &FlowToken.Vault>(from: /storage/flowTokenVault)
            ?? panic("create_account: Cannot pay! The signer has no FLOW vault. Sign with a funded account.")
        self.payment <- vault.withdraw(amount: amount)
        self.receiver = account.capabilities.borrow<&{FungibleToken.Receiver}>(/public/flowTokenReceiver)
            ?? panic("create_account: Cannot pay! The new account has no FLOW receiver.")
    }

    execute {
        self.receiver.deposit(from: <-self.payment)
    }
}
