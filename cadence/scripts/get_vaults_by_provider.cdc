import "SubscriptionReports"
import "VaultDirectory"

/// The reports of a provider's vaults, in no certain order.
access(all) fun main(provider: Address): [SubscriptionReports.VaultReport] {
    return SubscriptionReports.ofAll(VaultDirectory.vaultIdsOfProvider(provider))
}
