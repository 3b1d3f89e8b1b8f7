import "UsageBasedSubscriptions"
import "SubscriptionReports"

/// The reports of an owner's vaults, in no certain order.
access(all) fun main(owner: Address): [SubscriptionReports.VaultReport] {
    return SubscriptionReports.ofAll(UsageBasedSubscriptions.vaultIdsOfOwner(owner))
}
