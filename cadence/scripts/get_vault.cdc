import "SubscriptionReports"

/// A vault's report, or nil if there is no such vault.
access(all) fun main(id: UInt64): SubscriptionReports.VaultReport? {
    return SubscriptionReports.of(id)
}
