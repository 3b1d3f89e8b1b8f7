import "UsageBasedSubscriptions"
import "VaultReports"

/// The reports of an owner's vaults, in no certain order.
access(all) fun main(owner: Address): [VaultReports.VaultReport] {
    return VaultReports.ofAll(UsageBasedSubscriptions.vaultIdsOfOwner(owner))
}
