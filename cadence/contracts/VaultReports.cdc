import "UsageBasedSubscriptions"

/// What pages and services read of a vault, as one value. Holds no state.
access(all) contract VaultReports {

    /// All that anyone may know of a vault. `period`, `chargedUsd`, `tier`, `tokens`, `root`, `eventCount` and
    /// `scheduleVersion` are of the latest period that had a reading; times are Unix seconds.
    access(all) struct VaultReport {
        access(all) let id: UInt64
        access(all) let owner: Address
        access(all) let provider: Address
        access(all) let providerRegistered: Bool
        access(all) let serviceName: String
        /// "active", "paused", "closing" or "closed".
        access(all) let status: String
        access(all) let balance: UFix64
        access(all) let deposits: UFix64
        access(all) let paid: UFix64
        access(all) let refunded: UFix64
        access(all) let accrued: UFix64
        access(all) let uncovered: UFix64
        access(all) let creditUsd: UFix64
        access(all) let lastSequence: UInt64
        access(all) let period: UInt32
        access(all) let scheduleVersion: UInt64
        access(all) let chargedUsd: UFix64
        access(all) let tier: String?
        access(all) let tokens: {String: UInt64}
        access(all) let root: String
        access(all) let eventCount: UInt64
        access(all) let capUsd: UFix64?
        access(all) let expiresAt: UInt64?
        access(all) let automaticPayment: Bool
        access(all) let pendingReturn: UsageBasedSubscriptions.PendingReturn?

        init(_ vault: &UsageBasedSubscriptions.SubscriptionVault) {
            let meter = vault.meterOf(vault.latestPeriod)
            self.id = vault.id
            self.owner = vault.customer
            self.provider = vault.provider
            self.providerRegistered = UsageBasedSubscriptions.borrowTerms().isRegistered(vault.provider)
            self.serviceName = vault.serviceName
            self.status = vault.status()
            self.balance = vault.funds.balance()
            self.deposits = vault.funds.deposits
            self.paid = vault.funds.paid
            self.refunded = vault.funds.refunded
            self.accrued = vault.funds.accrued
            self.uncovered = vault.funds.uncovered
            self.creditUsd = vault.creditUsd
            self.lastSequence = vault.lastSequence
            self.period = vault.latestPeriod
            self.scheduleVersion = meter?.scheduleVersion ?? 0
            self.chargedUsd = meter?.chargedUsd ?? 0.0
            self.tier = meter?.tier ?? nil
            self.tokens = meter?.tokens() ?? {}
            self.root = meter?.root ?? ""
            self.eventCount = meter?.eventCount ?? 0
            self.capUsd = vault.capUsd
            self.expiresAt = vault.expiresAt
            self.automaticPayment = vault.automaticPayment
            self.pendingReturn = vault.requestedReturn()
        }
    }

    /// A vault's report, or nil if there is no such vault.
    access(all) fun of(_ vaultId: UInt64): VaultReport? {
        let vault = UsageBasedSubscriptions.vaultOf(vaultId)
        return vault == nil ? nil : VaultReport(vault!)
    }

    /// The reports of those vaults that exist.
    access(all) fun ofAll(_ vaultIds: [UInt64]): [VaultReport] {
        let reports: [VaultReport] = []
        for id in vaultIds {
            if let report = self.of(id) { reports.append(report) }
        }
        return reports
    }
}
