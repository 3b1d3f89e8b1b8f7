import "BillingTerms"
import "UsageBasedSubscriptions"
import "UsagePricing"

/// Publishes prices for the periods from `effectiveFrom` (YYYYMM) on. Tiers and multipliers are given by position;
/// the last tier's bound is nil, the last multiplier has no parts, and so matches every model.
/// Signer: the admin. Effect: a new version; periods before keep theirs.
/// Before: the period starts after the notice time, and not before that of the last published schedule.
transaction(
    effectiveFrom: UInt32,
    mode: String,
    tierNames: [String],
    tierUpTo: [UInt64?],
    tierUsdPer1K: [UFix64],
    tierDiscountBps: [UInt64],
    multiplierParts: [[String]],
    multiplierBps: [UInt64]
) {

    let terms: auth(BillingTerms.PublishSchedule) &BillingTerms.Terms
    let tiers: [UsagePricing.Tier]
    let multipliers: [UsagePricing.Multiplier]

    prepare(admin: auth(BorrowValue) &Account) {
        self.terms = admin.storage.borrow<auth(BillingTerms.PublishSchedule) &BillingTerms.Terms>(
            from: UsageBasedSubscriptions.TermsStoragePath
        ) ?? panic("Cannot publish a schedule! The account is not the admin's. Sign with the admin's account.")
        self.tiers = []
        for i, name in tierNames {
            self.tiers.append(UsagePricing.Tier(
                name: name, upTo: tierUpTo[i], usdPer1K: tierUsdPer1K[i], discountBps: tierDiscountBps[i]
            ))
        }
        self.multipliers = []
        for i, parts in multiplierParts {
            self.multipliers.append(UsagePricing.Multiplier(parts: parts, bps: multiplierBps[i]))
        }
    }

    execute {
        self.terms.publishSchedule(
            effectiveFrom: effectiveFrom, mode: mode, tiers: self.tiers, multipliers: self.multipliers
        )
    }

    post {
        self.terms.scheduleFor(effectiveFrom).mode == mode: "Cannot publish a schedule! It would not take effect."
    }
}
