import "SubscriptionReports"
import "VaultDirectory"

/// The reports of an owner's vaults, in no certain order.
access(all) fun main(owner: Address): [SubscriptionReports.VaultReport] {
    return SubscriptionReports.ofAll(VaultDirectory.vaultIdsOfOwner(owner))
}
