/// Replaces the code of a contract on the signer's account. Cadence refuses a change that stored data cannot survive.
/// Signer: the account that holds the project's contracts. The contract must be there.
transaction(name: String, code: String) {

    prepare(signer: auth(UpdateContract) &Account) {
        signer.contracts.update(name: name, code: code.utf8)
    }
}
