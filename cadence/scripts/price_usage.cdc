import "SubscriptionReports"

/// What tokens by model cost under the schedule of the current period, in its own mode or another.
access(all) fun main(
    models: [String],
    tokens: [UInt64],
    mode: String?,
    usdPerFlow: UFix64
): SubscriptionReports.Quote {
    return SubscriptionReports.quote(models: models, tokens: tokens, mode: mode, usdPerFlow: usdPerFlow)
}
