import "BillingPeriod"
import "BillingTerms"
import "DelayedLimits"
import "UsageBasedSubscriptions"
import "UsagePricing"
import "VaultApprovals"
import "VaultControls"
import "VaultDirectory"

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
        /// The cap that acts now, and a lower one that waits for the settle delay.
        access(all) let capUsd: UFix64?
        access(all) let pendingCap: DelayedLimits.Change?
        access(all) let expiresAt: UInt64?
        /// From when nothing accrues; may lie in the future.
        access(all) let pausedFrom: UInt64?
        access(all) let reminderBelow: UFix64?
        access(all) let automaticPayment: Bool
        access(all) let pendingReturn: VaultControls.PendingReturn?
        /// What the provider may take now: less than what accrued if an approval is missing.
        access(all) let withdrawable: UFix64
        /// Who must agree before FLOW leaves, and how many of them; nobody: none.
        access(all) let approvers: [Address]
        access(all) let approvalsRequired: Int

        /// Of a vault that was archived only the totals are known; all else is as in one that never had a reading.
        init(_ id: UInt64, _ vault: &UsageBasedSubscriptions.SubscriptionVault?, closed: VaultDirectory.ClosedVault?) {
            let meter = vault?.usage?.meterOf(vault!.usage.latestPeriod) ?? nil
            self.id = id
            self.owner = vault?.customer ?? closed!.owner
            self.provider = vault?.provider ?? closed!.provider
            self.providerRegistered = UsageBasedSubscriptions.borrowTerms().isRegistered(self.provider)
            self.serviceName = vault?.serviceName ?? closed!.serviceName
            self.status = vault?.controls?.status() ?? "closed"
            self.balance = vault?.funds?.balance() ?? 0.0
            self.deposits = vault?.funds?.deposits ?? closed!.deposits
            self.paid = vault?.funds?.paid ?? closed!.paid
            self.refunded = vault?.funds?.refunded ?? closed!.refunded
            self.accrued = vault?.funds?.accrued ?? 0.0
            self.uncovered = vault?.funds?.uncovered ?? 0.0
            self.creditUsd = vault?.usage?.creditUsd ?? 0.0
            self.lastSequence = vault?.usage?.lastSequence ?? closed!.lastSequence
            self.period = vault?.usage?.latestPeriod ?? 0
            self.scheduleVersion = meter?.scheduleVersion ?? 0
            self.chargedUsd = meter?.chargedUsd ?? 0.0
            self.tier = meter?.tier ?? nil
            self.tokens = meter?.tokens() ?? {}
            self.root = meter?.root ?? ""
            self.eventCount = meter?.eventCount ?? 0
            self.capUsd = vault?.controls?.capUsd() ?? nil
            self.pendingCap = vault?.controls?.pendingCap() ?? nil
            self.expiresAt = vault?.controls?.expiresAt ?? nil
            self.pausedFrom = vault?.controls?.pausedFrom ?? nil
            self.reminderBelow = vault?.controls?.reminderBelow ?? nil
            self.automaticPayment = vault?.automaticPayment ?? false
            self.pendingReturn = vault?.controls?.requestedReturn() ?? nil
            self.withdrawable = vault?.withdrawable() ?? 0.0
            let approvals = VaultApprovals.of(id)
            self.approvers = approvals == nil ? [] : *approvals!.approvers
            self.approvalsRequired = approvals?.required ?? 0
        }
    }

    /// A vault's report, or nil if there never was such a vault.
    access(all) fun of(_ vaultId: UInt64): VaultReport? {
        let vault = UsageBasedSubscriptions.vaultOf(vaultId)
        let closed = VaultDirectory.closedVault(vaultId)
        return vault == nil && closed == nil ? nil : VaultReport(vaultId, vault, closed: closed)
    }

    /// The reports of those vaults that exist.
    access(all) fun ofAll(_ vaultIds: [UInt64]): [VaultReport] {
        let reports: [VaultReport] = []
        for id in vaultIds {
            if let report = self.of(id) { reports.append(report) }
        }
        return reports
    }

    /// A vault's approvers and what waits for them. Times are Unix seconds.
    access(all) struct ApprovalsReport {
        access(all) let vaultId: UInt64
        access(all) let approvers: [Address]
        access(all) let required: Int
        /// What the provider may be paid in a period without approval, and a lower amount that waits.
        access(all) let threshold: UFix64?
        access(all) let pendingThreshold: DelayedLimits.Change?
        access(all) let paidInPeriod: UFix64
        access(all) let approvedBeyond: UFix64
        access(all) let proposals: [VaultApprovals.Proposal]

        init(_ approvals: &VaultApprovals.Approvals) {
            self.vaultId = approvals.vaultId
            self.approvers = *approvals.approvers
            self.required = approvals.required
            self.threshold = approvals.currentThreshold()
            self.pendingThreshold = approvals.pendingThreshold()
            self.paidInPeriod = approvals.paidInPeriod()
            self.approvedBeyond = approvals.approvedBeyond
            self.proposals = approvals.openProposals()
        }
    }

    /// A vault's approvals, or nil if it needs none.
    access(all) fun approvalsOf(_ vaultId: UInt64): ApprovalsReport? {
        let approvals = VaultApprovals.of(vaultId)
        return approvals == nil ? nil : ApprovalsReport(approvals!)
    }

    /// The numbers that the contracts go by. Times are Unix seconds.
    access(all) struct Settings {
        access(all) let deploymentId: String
        access(all) let graceSeconds: UInt64
        access(all) let noticeSeconds: UInt64
        access(all) let settleDelaySeconds: UInt64
        access(all) let minimumDeposit: UFix64
        /// Nil until the admin sets a rate; nothing settles before.
        access(all) let usdPerFlow: UFix64?
        access(all) let rateSource: String?
        access(all) let rateSetAt: UInt64?
        access(all) let rateMaxAgeSeconds: UInt64
        /// Of two rates within so many seconds none is more than so many times the other.
        access(all) let rateMaxFactor: UFix64
        access(all) let rateWindowSeconds: UInt64
        /// From whom rates are taken now, and from whom after the notice time.
        access(all) let sourceInForce: BillingTerms.RateSource?
        access(all) let sourceToCome: BillingTerms.RateSource?

        init() {
            let terms = UsageBasedSubscriptions.borrowTerms()
            let rate = terms.currentRate()
            self.deploymentId = UsageBasedSubscriptions.deploymentId
            self.graceSeconds = UsageBasedSubscriptions.graceSeconds
            self.noticeSeconds = terms.noticeSeconds
            self.settleDelaySeconds = UsageBasedSubscriptions.settleDelaySeconds
            self.minimumDeposit = UsageBasedSubscriptions.minimumDeposit
            self.usdPerFlow = rate?.usdPerFlow
            self.rateSource = rate?.source
            self.rateSetAt = rate?.setAt
            self.rateMaxAgeSeconds = terms.rateMaxAgeSeconds
            self.rateMaxFactor = terms.rateMaxFactor
            self.rateWindowSeconds = terms.rateWindowSeconds
            self.sourceInForce = terms.rateSource()
            self.sourceToCome = terms.nextRateSource()
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
        return self.quoteUnder(current, models: models, tokens: tokens, mode: mode, usdPerFlow: usdPerFlow)
    }

    /// The same under any published version.
    access(all) fun preview(
        version: UInt64,
        models: [String],
        tokens: [UInt64],
        mode: String?,
        usdPerFlow: UFix64
    ): Quote {
        pre {
            UsageBasedSubscriptions.borrowTerms().copyOfVersion(version) != nil:
                "SubscriptionReports.preview: Cannot price the usage! There is no schedule of version "
                    .concat(version.toString()).concat(". Choose a published one.")
        }
        let schedule = UsageBasedSubscriptions.borrowTerms().copyOfVersion(version)!
        return self.quoteUnder(schedule, models: models, tokens: tokens, mode: mode, usdPerFlow: usdPerFlow)
    }

    access(self) fun quoteUnder(
        _ published: UsagePricing.Schedule,
        models: [String],
        tokens: [UInt64],
        mode: String?,
        usdPerFlow: UFix64
    ): Quote {
        pre {
            mode == nil || mode == UsagePricing.volume || mode == UsagePricing.graduated:
                "SubscriptionReports.quote: Cannot price the usage! The mode is neither volume nor graduated. "
                    .concat("Choose another mode.")
        }
        let schedule = mode == nil ? published : published.inMode(mode!)
        let price = UsagePricing.price(&schedule as &UsagePricing.Schedule, models: models, tokens: tokens)
        let flow = price == nil ? nil : UsagePricing.usdToFlow(price!.usd, usdPerFlow: usdPerFlow)
        if flow == nil {
            panic("SubscriptionReports.quote: Cannot price the usage! It is above the largest UFix64. Price less.")
        }
        return Quote(tier: price!.tier, usd: price!.usd, flow: flow!)
    }
}
