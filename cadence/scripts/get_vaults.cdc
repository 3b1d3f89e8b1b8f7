import "SubscriptionReports"

/// The reports of those vaults that exist.
access(all) fun main(ids: [UInt64]): [SubscriptionReports.VaultReport] {
    return SubscriptionReports.ofAll(ids)
}
