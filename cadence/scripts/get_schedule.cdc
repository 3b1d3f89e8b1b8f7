import "UsageBasedSubscriptions"
import "UsagePricing"

/// The schedule that prices a period (YYYYMM).
access(all) fun main(period: UInt32): UsagePricing.Schedule {
    return UsageBasedSubscriptions.borrowTerms().copyOfSchedule(period)
}
