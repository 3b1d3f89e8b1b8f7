import "SubscriptionReports"

/// A vault's approvers and what waits for them, or nil if it needs no approval.
access(all) fun main(vaultId: UInt64): SubscriptionReports.ApprovalsReport? {
    return SubscriptionReports.approvalsOf(vaultId)
}
