import "MeterOracles"

/// Lets an account hand in readings, after the notice time, that are signed by this key: a P-256 point of 128 hex
/// digits.
/// Signer: the admin. Effect: the account finds its capability in the inbox.
/// Before: the account is no oracle.
transaction(address: Address, publicKey: String) {

    let registry: auth(MeterOracles.AppointOracle) &MeterOracles.OracleRegistry

    prepare(admin: auth(BorrowValue) &Account) {
        self.registry = admin.storage.borrow<auth(MeterOracles.AppointOracle) &MeterOracles.OracleRegistry>(
            from: MeterOracles.RegistryStoragePath
        ) ?? panic("Cannot appoint an oracle! The account is not the admin's. Sign with the admin's account.")
    }

    execute {
        self.registry.appoint(address, publicKey: publicKey)
    }

    post {
        MeterOracles.isOracle(address): "Cannot appoint an oracle! The appointment would be lost."
    }
}
