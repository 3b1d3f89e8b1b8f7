import "BillingPeriod"
import "UsageBasedSubscriptions"
import "UsagePricing"

/// For each usage: tier, price and price in FLOW, or nothing where a price is above the largest UFix64.
access(all) fun main(
    modes: [String],
    models: [[String]],
    tokens: [[UInt64]],
    rates: [UFix64]
): [[String]] {
    let current = UsageBasedSubscriptions.borrowTerms().copyOfSchedule(BillingPeriod.current())
    let answers: [[String]] = []
    for i, mode in modes {
        let schedule = current.inMode(mode)
        let reference = &schedule as &UsagePricing.Schedule
        if let price = UsagePricing.price(reference, models: models[i], tokens: tokens[i]) {
            let flow = UsagePricing.usdToFlow(price.usd, usdPerFlow: rates[i])
            answers.append([price.tier, price.usd.toString(), flow?.toString() ?? "none"])
        } else {
            answers.append([])
        }
    }
    return answers
}
