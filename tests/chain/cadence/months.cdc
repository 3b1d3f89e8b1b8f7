import "BillingPeriod"

/// For each period: its first second, the periods of that second and of the one before, and the next period.
access(all) fun main(periods: [UInt32]): [[String]] {
    let answers: [[String]] = []
    for period in periods {
        let start = BillingPeriod.startOf(period)
        answers.append([
            start.toString(),
            BillingPeriod.periodOf(start).toString(),
            BillingPeriod.periodOf(start - 1).toString(),
            BillingPeriod.next(period).toString()
        ])
    }
    return answers
}
