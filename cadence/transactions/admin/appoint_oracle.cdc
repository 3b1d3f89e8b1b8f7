import "MeterOracles"

/// Lets an account hand in readings, after the notice time.
/// Signer: the admin. Effect: the account finds its capability in the inbox.
/// Before: the account is no oracle.
transaction(address: Address) {

    let registry: auth(MeterOracles.AppointOracle) &MeterOracles.OracleRegistry

    prepare(admin: auth(BorrowValue) &Account) {
        self.registry = admin.storage.borrow<auth(MeterOracles.AppointOracle) &MeterOracles.OracleRegistry>(
            from: MeterOracles.RegistryStoragePath
        ) ?? panic("Cannot appoint an oracle! The account is not the admin's. Sign with the admin's account.")
    }

    execute {
        self.registry.appoint(address)
    }

    post {
        MeterOracles.isOracle(address): "Cannot appoint an oracle! The appointment would be lost."
    }
}
