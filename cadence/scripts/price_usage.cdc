import "BillingPeriod"
import "UsageBasedSubscriptions"
import "UsagePricing"

access(all) struct Quote {
    access(all) let tier: String
    access(all) let usd: UFix64
    access(all) let flow: UFix64

    init(_ price: UsagePricing.Price, usdPerFlow: UFix64) {
        self.tier = price.tier
        self.usd = price.usd
        self.flow = UsagePricing.usdToFlow(price.usd, usdPerFlow: usdPerFlow)
            ?? panic("Cannot price the usage! Its price in FLOW is above the largest UFix64. Price less.")
    }
}

/// What tokens by model cost under the schedule of the current period, in its own mode or another.
access(all) fun main(models: [String], tokens: [UInt64], mode: String?, usdPerFlow: UFix64): Quote {
    let current = UsageBasedSubscriptions.borrowTerms().copyOfSchedule(BillingPeriod.current())
    let schedule = mode == nil ? current : current.inMode(mode!)
    let price = UsagePricing.price(&schedule as &UsagePricing.Schedule, models: models, tokens: tokens)
        ?? panic("Cannot price the usage! Its price is above the largest UFix64. Price less.")
    return Quote(price, usdPerFlow: usdPerFlow)
}
