import "FlowToken"
import "BillingPeriod"
import "MeterReadings"
import "SubscriptionReports"
import "UsageBasedSubscriptions"
import "VaultDirectory"

/// Vaults as they are reported, with their approvals and the meters of two periods; and all FLOW there is.
access(all) struct Look {
    access(all) let now: UInt64
    access(all) let reports: [SubscriptionReports.VaultReport]
    access(all) let approvals: [SubscriptionReports.ApprovalsReport?]
    access(all) let meters: [[MeterReadings.PeriodMeter?]]
    access(all) let held: [UFix64]
    /// In the vaults from number 1 on, whatever they are.
    access(all) let inVaults: UFix64
    access(all) let supply: UFix64

    init(ids: [UInt64], periods: [UInt32], accounts: [Address]) {
        self.now = BillingPeriod.now()
        self.reports = SubscriptionReports.ofAll(ids)
        self.approvals = []
        self.meters = []
        for id in ids {
            self.approvals.append(SubscriptionReports.approvalsOf(id))
            let meters: [MeterReadings.PeriodMeter?] = []
            for period in periods {
                meters.append(UsageBasedSubscriptions.vaultOf(id)?.usage?.meterOf(period) ?? nil)
            }
            self.meters.append(meters)
        }
        self.held = []
        for account in accounts {
            self.held.append(getAccount(account).balance)
        }
        var sum = 0.0
        var id: UInt64 = 1
        while UsageBasedSubscriptions.vaultOf(id) != nil || VaultDirectory.closedVault(id) != nil {
            sum = sum + (UsageBasedSubscriptions.vaultOf(id)?.funds?.balance() ?? 0.0)
            id = id + 1
        }
        self.inVaults = sum
        self.supply = FlowToken.totalSupply
    }
}

access(all) fun main(ids: [UInt64], periods: [UInt32], accounts: [Address]): Look {
    return Look(ids: ids, periods: periods, accounts: accounts)
}
