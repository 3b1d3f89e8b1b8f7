import "UsageBasedSubscriptions"

/// The registered providers, in no certain order.
access(all) fun main(): [Address] {
    return UsageBasedSubscriptions.borrowTerms().registeredProviders()
}
