import "BillingPeriod"
import "UsagePricing"

/// The terms that all vaults are billed by: published schedules, the rate of FLOW in USD, and the registered providers.
/// The contract itself holds no state. `UsageBasedSubscriptions` makes the one `Terms` resource, keeps it in its
/// account's storage and reads it; who holds an entitled reference to it is the admin.
///
/// Invariants: schedules rise in version and never take effect earlier than the one before, and only from a period that
/// starts after the notice time, so a period that can have readings never changes its version. The rate is never 0 once
/// set.
access(all) contract BillingTerms {

    /// Publish a schedule for periods to come. Not: change or remove one. The admin, in admin/publish_schedule.
    access(all) entitlement PublishSchedule
    /// Set the rate within the bounded jump. The admin, in admin/set_rate.
    access(all) entitlement SetRate
    /// Register and remove providers. Not: touch their vaults or money. The admin, in admin/register_provider and
    /// admin/remove_provider.
    access(all) entitlement RegisterProvider

    /// A schedule will price the periods from `effectiveFrom` on.
    access(all) event SchedulePublished(version: UInt64, effectiveFrom: UInt32, mode: String)
    /// Charges become FLOW at this rate from now on.
    access(all) event RateSet(usdPerFlow: UFix64, source: String, at: UInt64)
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

    access(all) resource Terms {
        /// How long before it takes effect a change must be known.
        access(all) let noticeSeconds: UInt64
        /// Older than this, a rate settles nothing, unless its source is "fixed".
        access(all) let rateMaxAgeSeconds: UInt64
        /// A rate may rise or fall to at most this many times the one before.
        access(all) let rateMaxFactor: UFix64

        access(self) let schedules: [UsagePricing.Schedule]
        access(self) var rate: Rate?
        /// Provider to the Unix second from which the registration counts.
        access(self) let providers: {Address: UInt64}

        access(all) view fun currentRate(): Rate? {
            return self.rate
        }

        /// Why nothing can settle at the rate now, or nil.
        access(all) view fun rateRefusal(): String? {
            if self.rate == nil { return "rate_missing" }
            if self.rate!.source == "fixed" { return nil }
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
                effectiveFrom >= self.schedules[self.schedules.length - 1].effectiveFrom:
                    "BillingTerms.Terms.publishSchedule: Cannot publish a schedule! Period "
                        .concat(effectiveFrom.toString())
                        .concat(" is before the last published one's. Choose the same period or a later one.")
            }
            let schedule = UsagePricing.Schedule(
                version: UInt64(self.schedules.length) + 1,
                effectiveFrom: effectiveFrom,
                mode: mode,
                tiers: tiers,
                multipliers: multipliers
            )
            if let fault = UsagePricing.fault(&schedule as &UsagePricing.Schedule) {
                panic("BillingTerms.Terms.publishSchedule: Cannot publish a schedule! ".concat(fault)
                    .concat(" Correct it and publish again."))
            }
            self.schedules.append(schedule)
            emit SchedulePublished(version: schedule.version, effectiveFrom: effectiveFrom, mode: mode)
        }

        access(SetRate) fun setRate(usdPerFlow: UFix64, source: String) {
            pre {
                usdPerFlow > 0.0:
                    "BillingTerms.Terms.setRate: Cannot set the rate! It is 0. Give the USD that one FLOW is worth."
                source.length > 0 && source.utf8.length <= 64:
                    "BillingTerms.Terms.setRate: Cannot set the rate! Its source has no name of 1 to 64 bytes. Name it."
                self.rate == nil || self.isWithinJump(from: self.rate!.usdPerFlow, to: usdPerFlow):
                    "BillingTerms.Terms.setRate: Cannot set the rate! It moves by more than a factor of "
                        .concat(self.rateMaxFactor.toString()).concat(". Check it, or move in steps.")
            }
            let now = BillingPeriod.now()
            self.rate = Rate(usdPerFlow: usdPerFlow, source: source, setAt: now)
            emit RateSet(usdPerFlow: usdPerFlow, source: source, at: now)
        }

        access(RegisterProvider) fun registerProvider(_ provider: Address) {
            pre {
                self.providers[provider] == nil:
                    "BillingTerms.Terms.registerProvider: Cannot register ".concat(provider.toString())
                        .concat("! It is registered already. Nothing has to be done.")
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

        access(self) view fun isWithinJump(from: UFix64, to: UFix64): Bool {
            // As integers: a product could be above the largest UFix64, and a quotient would be rounded.
            let lower = UInt256(UsagePricing.toRaw(from < to ? from : to))
            let higher = UInt256(UsagePricing.toRaw(from < to ? to : from))
            return higher * 100_000_000 <= lower * UInt256(UsagePricing.toRaw(self.rateMaxFactor))
        }

        init(noticeSeconds: UInt64, rateMaxAgeSeconds: UInt64, rateMaxFactor: UFix64, first: UsagePricing.Schedule) {
            self.noticeSeconds = noticeSeconds
            self.rateMaxAgeSeconds = rateMaxAgeSeconds
            self.rateMaxFactor = rateMaxFactor
            self.schedules = [first]
            self.rate = nil
            self.providers = {}
        }
    }

    /// Makes the terms of a new deployment, with the default schedule as version 1.
    access(account) fun createTerms(noticeSeconds: UInt64): @Terms {
        return <- create Terms(
            noticeSeconds: noticeSeconds,
            rateMaxAgeSeconds: 3_600,
            rateMaxFactor: 2.0,
            first: UsagePricing.defaultSchedule()
        )
    }
}
