import "MeterOracles"

/// Ends an oracle at once: what it holds of the capability works no longer.
/// Signer: the admin. Effect: readings of this account are refused.
/// Before: the account is an oracle.
transaction(address: Address) {

    let registry: auth(MeterOracles.AppointOracle) &MeterOracles.OracleRegistry

    prepare(admin: auth(BorrowValue) &Account) {
        self.registry = admin.storage.borrow<auth(MeterOracles.AppointOracle) &MeterOracles.OracleRegistry>(
            from: MeterOracles.RegistryStoragePath
        ) ?? panic("Cannot remove an oracle! The account is not the admin's. Sign with the admin's account.")
    }

    execute {
        self.registry.remove(address)
    }

    post {
        !MeterOracles.isOracle(address): "Cannot remove an oracle! It would stay one."
    }
}
