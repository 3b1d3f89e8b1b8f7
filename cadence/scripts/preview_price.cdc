import "SubscriptionReports"

/// What tokens by model cost under any published version of the schedule, in its own mode or another.
access(all) fun main(
    version: UInt64,
    models: [String],
    tokens: [UInt64],
    mode: String?,
    usdPerFlow: UFix64
): SubscriptionReports.Quote {
    return SubscriptionReports.preview(
        version: version, models: models, tokens: tokens, mode: mode, usdPerFlow: usdPerFlow
    )
}
