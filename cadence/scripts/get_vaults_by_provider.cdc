import "UsageBasedSubscriptions"
import "VaultReports"

/// The reports of a provider's vaults, in no certain order.
access(all) fun main(provider: Address): [VaultReports.VaultReport] {
    return VaultReports.ofAll(UsageBasedSubscriptions.vaultIdsOfProvider(provider))
}
