import "BillingPeriod"
import "UsageBasedSubscriptions"
import "UsagePricing"

/// What pages and services read, each as one value. Holds no state.
access(all) contract SubscriptionReports {

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
            let meter = vault.usage.meterOf(vault.usage.latestPeriod)
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
            self.creditUsd = vault.usage.creditUsd
            self.lastSequence = vault.usage.lastSequence
            self.period = vault.usage.latestPeriod
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

    /// The numbers that the contracts go by. Times are Unix seconds.
    access(all) struct Settings {
        access(all) let deploymentId: String
        access(all) let graceSeconds: UInt64
        access(all) let noticeSeconds: UInt64
        access(all) let settleDelaySeconds: UInt64
        access(all) let minimumDeposit: UFix64
        /// 0 until the admin sets a rate; nothing settles before.
        access(all) let usdPerFlow: UFix64
        access(all) let rateSource: String
        access(all) let rateSetAt: UInt64
        access(all) let rateMaxAgeSeconds: UInt64

        init() {
            let terms = UsageBasedSubscriptions.borrowTerms()
            let rate = terms.currentRate()
            self.deploymentId = UsageBasedSubscriptions.deploymentId
            self.graceSeconds = UsageBasedSubscriptions.graceSeconds
            self.noticeSeconds = terms.noticeSeconds
            self.settleDelaySeconds = UsageBasedSubscriptions.settleDelaySeconds
            self.minimumDeposit = UsageBasedSubscriptions.minimumDeposit
            self.usdPerFlow = rate?.usdPerFlow ?? 0.0
            self.rateSource = rate?.source ?? ""
            self.rateSetAt = rate?.setAt ?? 0
            self.rateMaxAgeSeconds = terms.rateMaxAgeSeconds
        }
    }

    /// What usage would cost.
    access(all) struct Quote {
        access(all) let tier: String
        access(all) let usd: UFix64
        access(all) let flow: UFix64

        view init(tier: String, usd: UFix64, flow: UFix64) {
            self.tier = tier
            self.usd = usd
            self.flow = flow
        }
    }

    /// Prices tokens by model under the schedule of the current period, in its own mode or another.
    access(all) fun quote(models: [String], tokens: [UInt64], mode: String?, usdPerFlow: UFix64): Quote {
        let current = UsageBasedSubscriptions.borrowTerms().copyOfSchedule(BillingPeriod.current())
        let schedule = mode == nil ? current : current.inMode(mode!)
        if let fault = UsagePricing.fault(&schedule as &UsagePricing.Schedule) {
            panic("SubscriptionReports.quote: Cannot price the usage! ".concat(fault).concat(" Choose another mode."))
        }
        let price = UsagePricing.price(&schedule as &UsagePricing.Schedule, models: models, tokens: tokens)
        let flow = price == nil ? nil : UsagePricing.usdToFlow(price!.usd, usdPerFlow: usdPerFlow)
        if flow == nil {
            panic("SubscriptionReports.quote: Cannot price the usage! It is above the largest UFix64. Price less.")
        }
        return Quote(tier: price!.tier, usd: price!.usd, flow: flow!)
    }
}
