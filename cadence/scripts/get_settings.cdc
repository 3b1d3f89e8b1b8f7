import "UsageBasedSubscriptions"

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

/// The numbers that the contracts go by. Times are Unix seconds.
access(all) fun main(): Settings {
    return Settings()
}
