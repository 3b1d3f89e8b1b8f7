import "BillingTerms"
import "UsageBasedSubscriptions"
import "UsagePricing"

/// Publishes prices for the periods from `effectiveFrom` (YYYYMM) on. Tiers and multipliers are given by position;
/// the last tier's bound is nil, the last multiplier has no parts, and so matches every model.
/// Signer: the admin. Effect: a new version; periods before keep theirs.
/// Before: the period starts after the notice time and within 24 months, and not before that of the last published
/// schedule.
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

    prepare(admin: auth(BorrowValue) &Account) {
        self.terms = admin.storage.borrow<auth(BillingTerms.PublishSchedule) &BillingTerms.Terms>(
            from: UsageBasedSubscriptions.TermsStoragePath
        ) ?? panic("Cannot publish a schedule! The account is not the admin's. Sign with the admin's account.")
    }

    pre {
        tierUpTo.length == tierNames.length && tierUsdPer1K.length == tierNames.length
            && tierDiscountBps.length == tierNames.length && multiplierBps.length == multiplierParts.length:
            "Cannot publish a schedule! Its lists differ in length. Give a name, bound, price and discount for each "
                .concat("tier, and parts and basis points for each multiplier.")
    }

    execute {
        let tiers: [UsagePricing.Tier] = []
        for i, name in tierNames {
            tiers.append(UsagePricing.Tier(
                name: name, upTo: tierUpTo[i], usdPer1K: tierUsdPer1K[i], discountBps: tierDiscountBps[i]
            ))
        }
        let multipliers: [UsagePricing.Multiplier] = []
        for i, parts in multiplierParts {
            multipliers.append(UsagePricing.Multiplier(parts: parts, bps: multiplierBps[i]))
        }
        self.terms.publishSchedule(effectiveFrom: effectiveFrom, mode: mode, tiers: tiers, multipliers: multipliers)
    }

    post {
        self.terms.scheduleFor(effectiveFrom).mode == mode: "Cannot publish a schedule! It would not take effect."
    }
}
