import "UsageBasedSubscriptions"

/// The USD that one FLOW is worth, or nil while there is no rate, or only one that is too old to settle at.
access(all) fun main(): UFix64? {
    let terms = UsageBasedSubscriptions.borrowTerms()
    return terms.rateRefusal() == nil ? terms.currentRate()!.usdPerFlow : nil
}
