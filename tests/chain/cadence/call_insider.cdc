import "Insider"

/// Calls the erring contract of the account's. Tests put the call in.
transaction(vaultId: UInt64) {

    prepare(anyone: &Account) {
        CALL
    }
}
