import "UsagePricing"

/// For each usage, by a schedule of its own: tier, price and price in FLOW, or nothing where a price is above the
/// largest UFix64. Of a schedule that could not be published, what is wrong with it.
access(all) fun main(
    modes: [String],
    bounds: [[UInt64?]],
    prices: [[UFix64]],
    discounts: [[UInt64]],
    parts: [[[String]]],
    bps: [[UInt64]],
    models: [[String]],
    tokens: [[UInt64]],
    rates: [UFix64]
): [[String]] {
    let answers: [[String]] = []
    for i, mode in modes {
        let tiers: [UsagePricing.Tier] = []
        for t, upTo in bounds[i] {
            tiers.append(UsagePricing.Tier(
                name: t.toString(), upTo: upTo, usdPer1K: prices[i][t], discountBps: discounts[i][t]
            ))
        }
        let multipliers: [UsagePricing.Multiplier] = []
        for m, all in parts[i] {
            multipliers.append(UsagePricing.Multiplier(parts: all, bps: bps[i][m]))
        }
        if let fault = UsagePricing.fault(mode: mode, tiers: tiers, multipliers: multipliers) {
            answers.append([fault])
            continue
        }
        let schedule = UsagePricing.Schedule(
            version: 1, effectiveFrom: 203_001, mode: mode, tiers: tiers, multipliers: multipliers
        )
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
