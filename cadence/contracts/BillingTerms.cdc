import "BillingPeriod"
import "UsagePricing"

/// The terms that all vaults are billed by: published schedules, the rate of FLOW in USD, and the registered providers.
/// The contract itself holds no state. `UsageBasedSubscriptions` makes the one `Terms` resource, keeps it in its
/// account's storage and reads it; who holds an entitled reference to it is the admin.
///
/// Invariants: schedules rise in version and never take effect earlier than the one before, and only from a period that
/// starts after the notice time and within 24 months, so a period that can have readings never changes its version, and
/// none bars those to come. The rate is never 0 once set, comes from a source that was named the notice time before,
/// and moves by a bounded factor in any stretch of time as long as a window, in however many steps.
access(all) contract BillingTerms {

    /// Publish a schedule for periods to come. Not: change or remove one. The admin, in admin/publish_schedule.
    access(all) entitlement PublishSchedule
    /// Set the rate within the bounded jump, under the name of the source in force. Not: change the source.
    /// The admin, in admin/set_rate.
    access(all) entitlement SetRate
    /// Say where rates come from. Not: set one. The admin, in admin/name_rate_source and admin/remove_rate_source.
    access(all) entitlement NameRateSource
    /// Register and remove providers. Not: touch their vaults or money. The admin, in admin/register_provider and
    /// admin/remove_provider.
    access(all) entitlement RegisterProvider

    /// A schedule will price the periods from `effectiveFrom` on.
    access(all) event SchedulePublished(version: UInt64, effectiveFrom: UInt32, mode: String)
    /// Charges become FLOW at this rate from now on.
    access(all) event RateSet(usdPerFlow: UFix64, source: String, at: UInt64)
    /// Rates are taken from this source, and no other, from `activeFrom` (Unix seconds) on.
    access(all) event RateSourceNamed(source: String, activeFrom: UInt64)
    /// Rates are taken from no source, and nothing settles, until another is named and its notice time is over.
    access(all) event RateSourceRemoved()
    /// Vaults of this provider may get keys from `activeFrom` (Unix seconds) on.
    access(all) event ProviderRegistered(provider: Address, activeFrom: UInt64)
    /// Vaults of this provider get no further keys; what was used is still settled.
    access(all) event ProviderRemoved(provider: Address)

    /// USD per FLOW, where it comes from and when it was set (Unix seconds).
    access(all) struct Rate {
        access(all) let usdPerFlow: UFix64
        access(all) let source: String
        access(all) let setAt: UInt64

        view init(usdPerFlow: UFix64, source: String, setAt: UInt64) {
            self.usdPerFlow = usdPerFlow
            self.source = source
            self.setAt = setAt
        }
    }

    /// Who says what a FLOW is worth, and the Unix second from which its rates count.
    access(all) struct RateSource {
        access(all) let name: String
        access(all) let activeFrom: UInt64

        view init(name: String, activeFrom: UInt64) {
            self.name = name
            self.activeFrom = activeFrom
        }
    }

    /// The lowest and highest rates in force in a window of time and in the one before it. Whatever was in force a
    /// window's length ago or later lies between them, so they bound all movement, however often a rate is set.
    access(all) struct RateRange {
        access(all) let window: UInt64
        access(all) let lowest: UFix64
        access(all) let highest: UFix64
        access(all) let lowestBefore: UFix64
        access(all) let highestBefore: UFix64

        access(all) view fun floor(): UFix64 {
            return self.lowest < self.lowestBefore ? self.lowest : self.lowestBefore
        }

        access(all) view fun ceiling(): UFix64 {
            return self.highest > self.highestBefore ? self.highest : self.highestBefore
        }

        /// The range at a window that may be a later one, with the rate that is in force since the last.
        access(all) view fun at(_ window: UInt64, rate: UFix64): RateRange {
            if window <= self.window { return self }
            let isNext = window == self.window + 1
            return RateRange(
                window: window, lowest: rate, highest: rate,
                lowestBefore: isNext ? self.lowest : rate, highestBefore: isNext ? self.highest : rate
            )
        }

        /// The range with one more rate in its window.
        access(all) view fun with(_ rate: UFix64): RateRange {
            return RateRange(
                window: self.window,
                lowest: rate < self.lowest ? rate : self.lowest, highest: rate > self.highest ? rate : self.highest,
                lowestBefore: self.lowestBefore, highestBefore: self.highestBefore
            )
        }

        view init(window: UInt64, lowest: UFix64, highest: UFix64, lowestBefore: UFix64, highestBefore: UFix64) {
            self.window = window
            self.lowest = lowest
            self.highest = highest
            self.lowestBefore = lowestBefore
            self.highestBefore = highestBefore
        }
    }

    access(all) resource Terms {
        /// How long before it takes effect a change must be known.
        access(all) let noticeSeconds: UInt64
        /// Older than this, a rate settles nothing, unless its source is "fixed".
        access(all) let rateMaxAgeSeconds: UInt64
        /// Of two rates that are in force within a window's length of one another none is more than so many times the
        /// other.
        access(all) let rateMaxFactor: UFix64
        access(all) let rateWindowSeconds: UInt64

        access(self) let schedules: [UsagePricing.Schedule]
        access(self) var rate: Rate?
        access(self) var rates: RateRange?
        /// The source that was in force when the last was named, and that one.
        access(self) var sourceBefore: RateSource?
        access(self) var source: RateSource?
        /// Provider to the Unix second from which the registration counts.
        access(self) let providers: {Address: UInt64}

        access(all) view fun currentRate(): Rate? {
            return self.rate
        }

        /// The source from which rates are taken now, or nil.
        access(all) view fun rateSource(): RateSource? {
            return self.isSourceDue() ? self.source : self.sourceBefore
        }

        /// The source that was named and whose notice time is not over, or nil.
        access(all) view fun nextRateSource(): RateSource? {
            return self.isSourceDue() ? nil : self.source
        }

        /// Why nothing can settle at the rate now, or nil. A fixed rate doesn't age while its source is in force.
        access(all) view fun rateRefusal(): String? {
            let source = self.rateSource()
            if self.rate == nil || source == nil { return "rate_missing" }
            if self.rate!.source == "fixed" && source!.name == "fixed" { return nil }
            return BillingPeriod.now() > self.rate!.setAt + self.rateMaxAgeSeconds ? "rate_stale" : nil
        }

        access(all) view fun isRegistered(_ provider: Address): Bool {
            return (self.providers[provider] ?? UInt64.max) <= BillingPeriod.now()
        }

        /// The providers whose registration counts by now.
        access(all) fun registeredProviders(): [Address] {
            let registered: [Address] = []
            for provider in self.providers.keys {
                if self.isRegistered(provider) { registered.append(provider) }
            }
            return registered
        }

        /// The schedule that prices a period: the last one that is effective from it or from an earlier period.
        access(all) view fun scheduleFor(_ period: UInt32): &UsagePricing.Schedule {
            return &self.schedules[self.indexFor(period)] as &UsagePricing.Schedule
        }

        access(all) view fun copyOfSchedule(_ period: UInt32): UsagePricing.Schedule {
            return self.schedules[self.indexFor(period)]
        }

        access(all) view fun copyOfVersion(_ version: UInt64): UsagePricing.Schedule? {
            return version < 1 || version > UInt64(self.schedules.length) ? nil : self.schedules[version - 1]
        }

        /// The schedule of a version, or nil. Versions count from 1.
        access(all) view fun scheduleOfVersion(_ version: UInt64): &UsagePricing.Schedule? {
            if version < 1 || version > UInt64(self.schedules.length) { return nil }
            return &self.schedules[version - 1] as &UsagePricing.Schedule
        }

        access(PublishSchedule) fun publishSchedule(
            effectiveFrom: UInt32,
            mode: String,
            tiers: [UsagePricing.Tier],
            multipliers: [UsagePricing.Multiplier]
        ) {
            pre {
                BillingPeriod.isPeriod(effectiveFrom):
                    "BillingTerms.Terms.publishSchedule: Cannot publish a schedule! ".concat(effectiveFrom.toString())
                        .concat(" is no month. Give the first period as YYYYMM.")
                BillingPeriod.startOf(effectiveFrom) > BillingPeriod.now() + self.noticeSeconds:
                    "BillingTerms.Terms.publishSchedule: Cannot publish a schedule! Period "
                        .concat(effectiveFrom.toString()).concat(" starts before the notice time of ")
                        .concat(self.noticeSeconds.toString()).concat(" seconds is over. Choose a later period.")
                effectiveFrom <= BillingTerms.latestEffective():
                    "BillingTerms.Terms.publishSchedule: Cannot publish a schedule! Period "
                        .concat(effectiveFrom.toString()).concat(" is more than 24 months ahead. Choose ")
                        .concat(BillingTerms.latestEffective().toString()).concat(" or an earlier period.")
                effectiveFrom >= self.schedules[self.schedules.length - 1].effectiveFrom:
                    "BillingTerms.Terms.publishSchedule: Cannot publish a schedule! Period "
                        .concat(effectiveFrom.toString())
                        .concat(" is before the last published one's. Choose the same period or a later one.")
                UsagePricing.fault(mode: mode, tiers: tiers, multipliers: multipliers) == nil:
                    "BillingTerms.Terms.publishSchedule: Cannot publish a schedule! "
                        .concat(UsagePricing.fault(mode: mode, tiers: tiers, multipliers: multipliers)!)
                        .concat(" Correct it and publish again.")
            }
            post {
                self.scheduleFor(effectiveFrom).version == UInt64(self.schedules.length):
                    "BillingTerms.Terms.publishSchedule: Cannot publish a schedule! It would not take effect."
            }
            let version = UInt64(self.schedules.length) + 1
            self.schedules.append(UsagePricing.Schedule(
                version: version, effectiveFrom: effectiveFrom, mode: mode, tiers: tiers, multipliers: multipliers
            ))
            emit SchedulePublished(version: version, effectiveFrom: effectiveFrom, mode: mode)
        }

        /// Sets the rate that a source gives. The first may be any; each other is compared with all that were in force
        /// in this window and in the one before.
        access(SetRate) fun setRate(usdPerFlow: UFix64, source: String) {
            pre {
                usdPerFlow > 0.0:
                    "BillingTerms.Terms.setRate: Cannot set the rate! It is 0. Give the USD that one FLOW is worth."
                self.rateSource()?.name == source:
                    "BillingTerms.Terms.setRate: Cannot set the rate! It is taken from "
                        .concat(self.rateSource()?.name ?? "no source").concat(" now, not from ").concat(source)
                        .concat(". Name the source, and wait for the notice time.")
                self.isWithinJump(usdPerFlow):
                    "BillingTerms.Terms.setRate: Cannot set the rate! It moves by more than a factor of "
                        .concat(self.rateMaxFactor.toString()).concat(" within ")
                        .concat(self.rateWindowSeconds.toString()).concat(" seconds. Check it, or wait.")
            }
            let first = RateRange(
                window: self.window(), lowest: usdPerFlow, highest: usdPerFlow,
                lowestBefore: usdPerFlow, highestBefore: usdPerFlow
            )
            self.rates = (self.recentRates() ?? first).with(usdPerFlow)
            let now = BillingPeriod.now()
            self.rate = Rate(usdPerFlow: usdPerFlow, source: source, setAt: now)
            emit RateSet(usdPerFlow: usdPerFlow, source: source, at: now)
        }

        /// Names where rates come from, after the notice time. Until then they come from where they did; a source that
        /// waits gives way. "fixed" is a source whose rate doesn't age.
        access(NameRateSource) fun nameRateSource(_ name: String) {
            pre {
                name.length > 0 && name.utf8.length <= 64:
                    "BillingTerms.Terms.nameRateSource: Cannot name the source of the rate! "
                        .concat("Its name is empty or longer than 64 bytes. Choose another name.")
            }
            post {
                self.noticeSeconds == 0 || self.rateSource()?.name == before(self.rateSource()?.name):
                    "BillingTerms.Terms.nameRateSource: Cannot name the source of the rate! It would have no notice."
            }
            self.sourceBefore = self.rateSource()
            let activeFrom = BillingPeriod.now() + self.noticeSeconds
            self.source = RateSource(name: name, activeFrom: activeFrom)
            emit RateSourceNamed(source: name, activeFrom: activeFrom)
        }

        /// Takes rates from no source, at once: readings wait. The rate stays the measure of the next one's movement.
        access(NameRateSource) fun removeRateSource() {
            pre {
                self.source != nil:
                    "BillingTerms.Terms.removeRateSource: Cannot remove the source of the rate! None is named."
            }
            post {
                self.rateRefusal() == "rate_missing":
                    "BillingTerms.Terms.removeRateSource: Cannot remove the source of the rate! Readings would settle."
            }
            self.sourceBefore = nil
            self.source = nil
            emit RateSourceRemoved()
        }

        access(RegisterProvider) fun registerProvider(_ provider: Address) {
            pre {
                self.providers[provider] == nil:
                    "BillingTerms.Terms.registerProvider: Cannot register ".concat(provider.toString())
                        .concat("! It is registered already. Nothing has to be done.")
            }
            post {
                self.noticeSeconds == 0 || !self.isRegistered(provider):
                    "BillingTerms.Terms.registerProvider: Cannot register the provider! It would have no notice."
            }
            let activeFrom = BillingPeriod.now() + self.noticeSeconds
            self.providers[provider] = activeFrom
            emit ProviderRegistered(provider: provider, activeFrom: activeFrom)
        }

        access(RegisterProvider) fun removeProvider(_ provider: Address) {
            pre {
                self.providers[provider] != nil:
                    "BillingTerms.Terms.removeProvider: Cannot remove ".concat(provider.toString())
                        .concat("! It is not registered. Check the address.")
            }
            self.providers.remove(key: provider)
            emit ProviderRemoved(provider: provider)
        }

        access(self) view fun indexFor(_ period: UInt32): Int {
            var i = self.schedules.length - 1
            while i > 0 && self.schedules[i].effectiveFrom > period {
                i = i - 1
            }
            return i
        }

        access(self) view fun isSourceDue(): Bool {
            return self.source != nil && BillingPeriod.now() >= self.source!.activeFrom
        }

        /// Windows lie end to end from 1970 on.
        access(self) view fun window(): UInt64 {
            return BillingPeriod.now() / self.rateWindowSeconds
        }

        /// The rates in force in this window and in the one before, or nil before the first.
        access(self) view fun recentRates(): RateRange? {
            return self.rates?.at(self.window(), rate: self.rate!.usdPerFlow)
        }

        access(self) view fun isWithinJump(_ rate: UFix64): Bool {
            let recent = self.recentRates()
            if recent == nil { return true }
            // As integers: a product could be above the largest UFix64, and a quotient would be rounded.
            let raw = UInt256(UsagePricing.toRaw(rate))
            let factor = UInt256(UsagePricing.toRaw(self.rateMaxFactor))
            let floor = UInt256(UsagePricing.toRaw(recent!.floor()))
            let ceiling = UInt256(UsagePricing.toRaw(recent!.ceiling()))
            return raw * 100_000_000 <= floor * factor && ceiling * 100_000_000 <= raw * factor
        }

        init(noticeSeconds: UInt64, first: UsagePricing.Schedule) {
            self.noticeSeconds = noticeSeconds
            self.rateMaxAgeSeconds = 3_600
            self.rateMaxFactor = 2.0
            self.rateWindowSeconds = 86_400
            self.schedules = [first]
            self.rate = nil
            self.rates = nil
            self.sourceBefore = nil
            self.source = nil
            self.providers = {}
        }
    }

    /// The last period from which a schedule may take effect: no later one could take effect before it again.
    access(all) view fun latestEffective(): UInt32 {
        // YYYYMM: two years on.
        return BillingPeriod.current() + 200
    }

    /// Makes the terms of a new deployment, with the default schedule as version 1.
    access(account) fun createTerms(noticeSeconds: UInt64): @Terms {
        let first = UsagePricing.defaultSchedule()
        emit SchedulePublished(version: first.version, effectiveFrom: first.effectiveFrom, mode: first.mode)
        return <- create Terms(noticeSeconds: noticeSeconds, first: first)
    }
}
