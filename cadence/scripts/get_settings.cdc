import "SubscriptionReports"

/// The numbers that the contracts go by.
access(all) fun main(): SubscriptionReports.Settings {
    return SubscriptionReports.Settings()
}
