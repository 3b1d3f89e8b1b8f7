import "UsagePricing"

/// Prices a thousand tokens by a schedule that nobody could publish: without an open last tier, or without a multiplier
/// for every model.
access(all) fun main(isOpen: Bool, isForAll: Bool): UFix64 {
    let schedule = UsagePricing.Schedule(
        version: 1,
        effectiveFrom: 203_001,
        mode: UsagePricing.volume,
        tiers: [UsagePricing.Tier(name: "Only", upTo: isOpen ? nil : 999, usdPer1K: 1.0, discountBps: 0)],
        multipliers: [UsagePricing.Multiplier(parts: isForAll ? [] : ["gpt"], bps: 10_000)]
    )
    return UsagePricing.price(&schedule as &UsagePricing.Schedule, models: ["claude"], tokens: [1_000])!.usd
}
