/// What usage costs: schedules and the maths over them. Holds no state and no money; `UsageBasedSubscriptions` keeps
/// the published schedules and settles by them.
///
/// Numbers: UFix64 at every boundary, UInt256 inside. All terms of a price are multiplied first and divided once,
/// rounded down, so in the customer's favour:
///
///     usd = ⌊ Σᵢ sᵢ·pᵢ·(10⁴−dᵢ) · Σₘ tₘ·kₘ / (T·10¹¹) ⌋
///
/// with s the tokens of T priced at tier i, p its price in 1e-8 USD per 1K tokens, d its discount and k a model's
/// multiplier in basis points. With the limits that `fault` sets and at most 32 models no product reaches 2^256.
access(all) contract UsagePricing {

    /// All tokens of a period at the price of the one tier that their total falls into.
    access(all) let volume: String
    /// Each slice of the total at its own tier's price.
    access(all) let graduated: String

    access(all) let fullBps: UInt64
    access(self) let maxMultiplierBps: UInt64
    access(self) let maxTiers: Int
    access(self) let maxMultipliers: Int
    access(self) let maxNameLength: Int
    access(self) let maxRaw: UInt256

    /// A price per 1K tokens up to and including `upTo` tokens in a period; nil: no upper bound.
    access(all) struct Tier {
        access(all) let name: String
        access(all) let upTo: UInt64?
        access(all) let usdPer1K: UFix64
        access(all) let discountBps: UInt64

        /// Price after the discount, in 1e-8 USD per 1K tokens times 10⁴.
        access(all) view fun effectiveRate(): UInt256 {
            return UInt256(UsagePricing.toRaw(self.usdPer1K)) * UInt256(UsagePricing.fullBps - self.discountBps)
        }

        view init(name: String, upTo: UInt64?, usdPer1K: UFix64, discountBps: UInt64) {
            self.name = name
            self.upTo = upTo
            self.usdPer1K = usdPer1K
            self.discountBps = discountBps
        }
    }

    /// Applies to a lower-cased model name that contains every one of `parts`; an empty list matches every name.
    access(all) struct Multiplier {
        access(all) let parts: [String]
        access(all) let bps: UInt64

        access(all) view fun matches(_ lowerName: String): Bool {
            for part in self.parts {
                if !lowerName.contains(part) { return false }
            }
            return true
        }

        view init(parts: [String], bps: UInt64) {
            self.parts = parts
            self.bps = bps
        }
    }

    /// Prices of the periods from `effectiveFrom` (YYYYMM) on. Of the multipliers the first that matches applies.
    access(all) struct Schedule {
        access(all) let version: UInt64
        access(all) let effectiveFrom: UInt32
        access(all) let mode: String
        access(all) let tiers: [Tier]
        access(all) let multipliers: [Multiplier]

        /// The same prices in another mode, for a preview.
        access(all) fun inMode(_ mode: String): Schedule {
            return Schedule(
                version: self.version,
                effectiveFrom: self.effectiveFrom,
                mode: mode,
                tiers: self.tiers,
                multipliers: self.multipliers
            )
        }

        view init(version: UInt64, effectiveFrom: UInt32, mode: String, tiers: [Tier], multipliers: [Multiplier]) {
            self.version = version
            self.effectiveFrom = effectiveFrom
            self.mode = mode
            self.tiers = tiers
            self.multipliers = multipliers
        }
    }

    /// What a period's usage costs, and the tier that its total falls into.
    access(all) struct Price {
        access(all) let usd: UFix64
        access(all) let tier: String
        access(all) let totalTokens: UInt256

        view init(usd: UFix64, tier: String, totalTokens: UInt256) {
            self.usd = usd
            self.tier = tier
            self.totalTokens = totalTokens
        }
    }

    /// What is wrong with a schedule, or nil if it may be published.
    access(all) view fun fault(mode: String, tiers: [Tier], multipliers: [Multiplier]): String? {
        if mode != self.volume && mode != self.graduated { return "The mode is neither volume nor graduated." }
        if tiers.length < 1 || tiers.length > self.maxTiers {
            return "A schedule has 1 to ".concat(self.maxTiers.toString()).concat(" tiers.")
        }
        if multipliers.length < 1 || multipliers.length > self.maxMultipliers {
            return "A schedule has 1 to ".concat(self.maxMultipliers.toString()).concat(" multipliers.")
        }
        return self.tiersFault(tiers) ?? self.multipliersFault(multipliers)
    }

    /// The price of tokens by model, or nil if it is above the largest UFix64. Fails when the arrays differ in length.
    access(all) view fun price(_ schedule: &Schedule, models: [String], tokens: [UInt64]): Price? {
        pre {
            models.length == tokens.length: "UsagePricing.price: Cannot price usage! There are "
                .concat(models.length.toString()).concat(" models and ").concat(tokens.length.toString())
                .concat(" token counts. Give one count per model.")
            models.length <= 32: "UsagePricing.price: Cannot price usage! There are ".concat(models.length.toString())
                .concat(" models. Give at most 32.")
        }
        var total: UInt256 = 0
        var weighted: UInt256 = 0
        var i = 0
        while i < models.length {
            total = total + UInt256(tokens[i])
            weighted = weighted + UInt256(tokens[i]) * UInt256(self.multiplierBps(schedule, self.lowerCase(models[i])))
            i = i + 1
        }
        return self.priceOfTotals(schedule, total: total, weighted: weighted)
    }

    /// The price of a period's total and of the same tokens weighted by their multipliers (in basis points), or nil if
    /// it is above the largest UFix64.
    access(all) view fun priceOfTotals(_ schedule: &Schedule, total: UInt256, weighted: UInt256): Price? {
        let tier = self.tierOf(schedule, total)
        if total == 0 { return Price(usd: 0.0, tier: tier.name, totalTokens: 0) }
        let raw = self.ratedTokens(schedule, total) * weighted / (total * 100_000_000_000)
        if raw > self.maxRaw { return nil }
        return Price(usd: self.fromRaw(UInt64(raw)), tier: tier.name, totalTokens: total)
    }

    /// Basis points of the first multiplier that matches a model's name in lower case, as readings have it.
    access(all) view fun multiplierBps(_ schedule: &Schedule, _ model: String): UInt64 {
        for multiplier in schedule.multipliers {
            if multiplier.matches(model) { return multiplier.bps }
        }
        panic("UsagePricing.multiplierBps: Cannot price ".concat(model)
            .concat("! No multiplier matches. Publish a schedule whose last multiplier matches every name."))
    }

    /// What an amount of USD is in FLOW at a rate, the remainder dropped; nil if it is above the largest UFix64.
    access(all) view fun usdToFlow(_ usd: UFix64, usdPerFlow: UFix64): UFix64? {
        pre {
            usdPerFlow > 0.0: "UsagePricing.usdToFlow: Cannot convert USD to FLOW! The rate is 0. Give a rate above 0."
        }
        let raw = UInt256(self.toRaw(usd)) * 100_000_000 / UInt256(self.toRaw(usdPerFlow))
        return raw > self.maxRaw ? nil : self.fromRaw(UInt64(raw))
    }

    /// The units of 1e-8 in an amount.
    access(all) view fun toRaw(_ amount: UFix64): UInt64 {
        return UInt64.fromBigEndianBytes(amount.toBigEndianBytes())!
    }

    /// The amount that is so many units of 1e-8.
    access(all) view fun fromRaw(_ raw: UInt64): UFix64 {
        return UFix64.fromBigEndianBytes(raw.toBigEndianBytes())!
    }

    /// The schedule that a fresh deployment publishes as version 1.
    access(all) fun defaultSchedule(): Schedule {
        return Schedule(
            version: 1,
            effectiveFrom: 200_001,
            mode: self.volume,
            tiers: [
                Tier(name: "Starter", upTo: 100_000, usdPer1K: 0.02, discountBps: 0),
                Tier(name: "Growth", upTo: 1_000_000, usdPer1K: 0.015, discountBps: 1_000),
                Tier(name: "Scale", upTo: 10_000_000, usdPer1K: 0.01, discountBps: 2_000),
                Tier(name: "Enterprise", upTo: nil, usdPer1K: 0.008, discountBps: 3_000)
            ],
            multipliers: [
                Multiplier(parts: ["claude", "opus"], bps: 15_000),
                Multiplier(parts: ["claude", "haiku"], bps: 8_000),
                Multiplier(parts: ["claude"], bps: 12_000),
                Multiplier(parts: ["llama"], bps: 6_000),
                Multiplier(parts: ["gpt-4"], bps: 15_000),
                Multiplier(parts: ["gpt-3.5"], bps: 8_000),
                Multiplier(parts: [], bps: 10_000)
            ]
        )
    }

    /// A name with A to Z alone in lower case. Each byte beyond ASCII becomes an "A", which no multiplier's part has:
    /// rules of Unicode differ between languages.
    access(self) view fun lowerCase(_ name: String): String {
        let bytes = name.utf8
        for i, byte in name.utf8 {
            if byte >= 65 && byte <= 90 { bytes[i] = byte + 32 } else if byte > 127 { bytes[i] = 65 }
        }
        return String.fromUTF8(bytes)!
    }

    access(self) view fun tierOf(_ schedule: &Schedule, _ total: UInt256): &Tier {
        for tier in schedule.tiers {
            if tier.upTo == nil || total <= UInt256(tier.upTo!) { return tier }
        }
        panic("UsagePricing.tierOf: Cannot find a tier! The last tier is not open. Publish another schedule.")
    }

    /// Σ slice · effective rate over the tiers: one slice in volume mode.
    access(self) view fun ratedTokens(_ schedule: &Schedule, _ total: UInt256): UInt256 {
        if schedule.mode == self.volume {
            return total * self.tierOf(schedule, total).effectiveRate()
        }
        var below: UInt256 = 0
        var sum: UInt256 = 0
        for tier in schedule.tiers {
            var top = total
            if tier.upTo != nil && UInt256(tier.upTo!) < total { top = UInt256(tier.upTo!) }
            sum = sum + (top - below) * tier.effectiveRate()
            below = top
        }
        return sum
    }

    access(self) view fun tiersFault(_ tiers: [Tier]): String? {
        var bound: UInt64 = 0
        var rate: UInt256? = nil
        var i = 0
        for tier in tiers {
            i = i + 1
            let nameLength = tier.name.utf8.length
            if nameLength == 0 || nameLength > self.maxNameLength { return "A tier's name has 1 to 64 bytes." }
            if tier.discountBps > self.fullBps { return tier.name.concat(": the discount is above 100%.") }
            if (tier.upTo == nil) != (i == tiers.length) {
                return tier.name.concat(": the last tier, and only the last, is open.")
            }
            if tier.upTo != nil && tier.upTo! <= bound { return tier.name.concat(": tiers must ascend.") }
            if rate != nil && tier.effectiveRate() > rate! {
                return tier.name.concat(": the price after discount rises above that of the tier before.")
            }
            bound = tier.upTo ?? bound
            rate = tier.effectiveRate()
        }
        return nil
    }

    access(self) view fun multipliersFault(_ multipliers: [Multiplier]): String? {
        for multiplier in multipliers {
            if multiplier.bps == 0 || multiplier.bps > self.maxMultiplierBps {
                return "A multiplier is 1 to ".concat(self.maxMultiplierBps.toString()).concat(" basis points.")
            }
            if multiplier.parts.length > 4 { return "A multiplier has at most 4 parts." }
            for part in multiplier.parts {
                if part.length == 0 || part.utf8.length > self.maxNameLength || part != self.lowerCase(part) {
                    return "A multiplier's part is lower-case ASCII text of 1 to 64 bytes."
                }
            }
        }
        if multipliers[multipliers.length - 1].parts.length > 0 { return "The last multiplier must match every model." }
        return nil
    }

    init() {
        self.volume = "volume"
        self.graduated = "graduated"
        self.fullBps = 10_000
        self.maxMultiplierBps = 1_000_000
        self.maxTiers = 16
        self.maxMultipliers = 64
        self.maxNameLength = 64
        self.maxRaw = UInt256(UInt64.max)
    }
}
