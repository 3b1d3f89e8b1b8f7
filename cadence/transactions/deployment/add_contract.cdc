/// Deploys a contract whose `init` takes no arguments to the signer's account.
/// Signer: the account that holds the project's contracts. The contract must not be there yet.
transaction(name: String, code: String) {

    prepare(signer: auth(AddContract) &Account) {
        signer.contracts.add(name: name, code: code.utf8)
    }
}
