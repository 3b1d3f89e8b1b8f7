import "BillingTerms"
import "MeterOracles"
import "UsageBasedSubscriptions"

/// What an account may do: "admin" holds the terms and the registry of oracles, "oracle" is appointed, "provider" is
/// registered.
access(all) fun main(address: Address): {String: Bool} {
    let storage = getAuthAccount<auth(Storage) &Account>(address).storage
    return {
        "admin": storage.type(at: UsageBasedSubscriptions.TermsStoragePath) == Type<@BillingTerms.Terms>()
            && storage.type(at: MeterOracles.RegistryStoragePath) == Type<@MeterOracles.OracleRegistry>(),
        "oracle": MeterOracles.isOracle(address),
        "provider": UsageBasedSubscriptions.borrowTerms().isRegistered(address)
    }
}
