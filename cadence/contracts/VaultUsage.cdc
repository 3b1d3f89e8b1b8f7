import "BillingTerms"
import "MeterReadings"
import "UsagePricing"

/// What a vault knows of its use: readings taken, what was charged for each period, and credit from falls in price.
/// Holds no money. Only contracts of this account write to it; they check who asks.
///
/// Invariants: sequences rise; a count never falls within a period; a period keeps its schedule version; what is
/// charged for a period never exceeds its price, and rises only up to the limit.
access(all) contract VaultUsage {

    /// What a period's new price does to what was charged for it and to the credit, in USD.
    access(all) struct Charge {
        access(all) let dueUsd: UFix64
        access(all) let chargedUsd: UFix64
        access(all) let creditUsd: UFix64

        view init(dueUsd: UFix64, chargedUsd: UFix64, creditUsd: UFix64) {
            self.dueUsd = dueUsd
            self.chargedUsd = chargedUsd
            self.creditUsd = creditUsd
        }
    }

    /// A reading that can be settled, with what settling it does.
    access(all) struct Settlement {
        access(all) let reading: MeterReadings.Reading
        access(all) let scheduleVersion: UInt64
        access(all) let tierBefore: String?
        access(all) let price: UsagePricing.Price
        access(all) let charge: Charge
        access(all) let flowDue: UFix64
        /// The period's meter afterwards.
        access(contract) let meter: MeterReadings.PeriodMeter

        init(
            reading: MeterReadings.Reading,
            tierBefore: String?,
            price: UsagePricing.Price,
            charge: Charge,
            flowDue: UFix64,
            meter: MeterReadings.PeriodMeter
        ) {
            self.reading = reading
            self.scheduleVersion = meter.scheduleVersion
            self.tierBefore = tierBefore
            self.price = price
            self.charge = charge
            self.flowDue = flowDue
            self.meter = meter
        }
    }

    /// Either what settling a reading would do, or why it can't be settled.
    access(all) struct Verdict {
        access(all) let settlement: Settlement?
        access(all) let reason: String?

        view init(settlement: Settlement?, reason: String?) {
            self.settlement = settlement
            self.reason = reason
        }
    }

    access(all) resource Usage {
        /// Number and period of the last reading, and the latest period that ever had one; 0 before the first.
        access(all) var lastSequence: UInt64
        access(all) var lastPeriod: UInt32
        access(all) var latestPeriod: UInt32
        /// Falls in price that no later charge has used up.
        access(all) var creditUsd: UFix64
        /// The periods that may still take readings, and that of the last reading.
        access(self) let meters: {UInt32: MeterReadings.PeriodMeter}

        access(all) view fun meterOf(_ period: UInt32): MeterReadings.PeriodMeter? {
            return self.meters[period]
        }

        /// Checks and prices a reading. Changes nothing and never fails.
        access(all) fun assess(
            _ reading: MeterReadings.Reading,
            terms: &BillingTerms.Terms,
            graceSeconds: UInt64,
            limitUsd: UFix64?,
            usdPerFlow: UFix64
        ): Verdict {
            if let reason = self.refusal(reading, graceSeconds: graceSeconds) { return self.refuse(reason) }
            let meter = self.meters[reading.period] ?? MeterReadings.PeriodMeter(
                period: reading.period, scheduleVersion: terms.scheduleFor(reading.period).version
            )
            if let reason = meter.refusal(reading) { return self.refuse(reason) }
            let tierBefore = meter.tier ?? self.tierBefore(reading.period)
            let schedule = terms.scheduleOfVersion(meter.scheduleVersion)!
            meter.record(reading, schedule)
            let price = meter.price(schedule)
            if price == nil { return self.refuse("out_of_range") }
            let charge = VaultUsage.charge(
                priceUsd: price!.usd, limitUsd: limitUsd, chargedUsd: meter.chargedUsd, creditUsd: self.creditUsd
            )
            if charge == nil { return self.refuse("out_of_range") }
            let flowDue = UsagePricing.usdToFlow(charge!.dueUsd, usdPerFlow: usdPerFlow)
            if flowDue == nil { return self.refuse("out_of_range") }
            meter.setCharged(usd: charge!.chargedUsd, tier: price!.tier)
            return Verdict(
                settlement: Settlement(
                    reading: reading, tierBefore: tierBefore, price: price!, charge: charge!, flowDue: flowDue!,
                    meter: meter
                ),
                reason: nil
            )
        }

        /// Takes a reading over.
        access(account) fun settle(_ settlement: Settlement, graceSeconds: UInt64) {
            pre {
                settlement.reading.sequence > self.lastSequence:
                    "VaultUsage.Usage.settle: Cannot settle! The sequence would not rise."
                self.versionOf(settlement.meter.period) ?? settlement.scheduleVersion == settlement.scheduleVersion:
                    "VaultUsage.Usage.settle: Cannot settle! The period would change its prices."
            }
            post {
                self.lastSequence > before(self.lastSequence) && self.lastSequence == settlement.reading.sequence:
                    "VaultUsage.Usage.settle: Cannot settle! The sequence would not be remembered."
            }
            let period = settlement.meter.period
            if self.meters[period] == nil { self.forgetClosed(graceSeconds: graceSeconds) }
            self.meters[period] = settlement.meter
            if period > self.latestPeriod { self.latestPeriod = period }
            self.lastSequence = settlement.reading.sequence
            self.lastPeriod = period
            self.creditUsd = settlement.charge.creditUsd
        }

        /// Adds credit that is no fall in price but has a reason of its own, and returns all there is then.
        access(account) fun addCredit(_ usd: UFix64, reason: String): UFix64 {
            pre {
                usd > 0.0: "VaultUsage.Usage.addCredit: Cannot grant 0 USD! Give an amount above 0."
                reason.utf8.length > 0 && reason.utf8.length <= 256:
                    "VaultUsage.Usage.addCredit: Cannot add credit! The reason is empty or longer than 256 bytes. "
                        .concat("Say in short why less is due.")
                usd <= UFix64.max - self.creditUsd:
                    "VaultUsage.Usage.addCredit: Cannot add credit! It would be above the largest UFix64. Give less."
            }
            self.creditUsd = self.creditUsd + usd
            return self.creditUsd
        }

        /// Drops the credit of a vault that closes, and returns what it was.
        access(account) fun lapseCredit(): UFix64 {
            let credit = self.creditUsd
            self.creditUsd = 0.0
            return credit
        }

        /// Why a reading can't be taken whatever it counts, or nil.
        access(self) view fun refusal(_ reading: MeterReadings.Reading, graceSeconds: UInt64): String? {
            if reading.sequence == 0 || reading.sequence < self.lastSequence { return "sequence_too_low" }
            if reading.sequence == self.lastSequence {
                let known = self.meters[self.lastPeriod]?.repeats(reading) ?? false
                return known && reading.period == self.lastPeriod ? "duplicate" : "sequence_reused"
            }
            // A number from which none can rise would end the vault's readings.
            if reading.sequence - self.lastSequence > VaultUsage.longestStep() { return "sequence_too_high" }
            return MeterReadings.fault(reading)
                ?? MeterReadings.periodRefusal(reading.period, graceSeconds: graceSeconds)
        }

        /// The schedule version of a period that had a reading.
        access(self) view fun versionOf(_ period: UInt32): UInt64? {
            return (&self.meters[period] as &MeterReadings.PeriodMeter?)?.scheduleVersion
        }

        /// The tier that the latest period reached, when a later one begins.
        access(self) view fun tierBefore(_ period: UInt32): String? {
            return period > self.latestPeriod ? self.meters[self.latestPeriod]?.tier ?? nil : nil
        }

        access(self) view fun refuse(_ reason: String): Verdict {
            return Verdict(settlement: nil, reason: reason)
        }

        /// Forgets the meters of periods that take no more readings.
        access(self) fun forgetClosed(graceSeconds: UInt64) {
            for period in self.meters.keys {
                if MeterReadings.isClosed(period, graceSeconds: graceSeconds) { self.meters.remove(key: period) }
            }
        }

        init() {
            self.lastSequence = 0
            self.lastPeriod = 0
            self.latestPeriod = 0
            self.creditUsd = 0.0
            self.meters = {}
        }
    }

    /// A fall in price becomes credit; a rise, up to the limit, uses credit first. Nil when the credit would be above
    /// the largest UFix64.
    access(all) view fun charge(priceUsd: UFix64, limitUsd: UFix64?, chargedUsd: UFix64, creditUsd: UFix64): Charge? {
        post {
            result == nil || result!.chargedUsd <= priceUsd:
                "VaultUsage.charge: Cannot charge! It would be more than the price."
            result == nil || result!.dueUsd == 0.0 || result!.dueUsd <= result!.chargedUsd - chargedUsd:
                "VaultUsage.charge: Cannot charge! More would be due than the charge rises by."
        }
        if priceUsd < chargedUsd {
            let fall = chargedUsd - priceUsd
            if fall > UFix64.max - creditUsd { return nil }
            return Charge(dueUsd: 0.0, chargedUsd: priceUsd, creditUsd: creditUsd + fall)
        }
        let target = limitUsd != nil && limitUsd! < priceUsd ? limitUsd! : priceUsd
        if target <= chargedUsd { return Charge(dueUsd: 0.0, chargedUsd: chargedUsd, creditUsd: creditUsd) }
        let rise = target - chargedUsd
        let used = rise < creditUsd ? rise : creditUsd
        return Charge(dueUsd: rise - used, chargedUsd: target, creditUsd: creditUsd - used)
    }

    /// By how much a sequence may rise at once: 2^32, so that as many steps lie ahead.
    access(all) view fun longestStep(): UInt64 {
        return 4_294_967_296
    }

    access(account) fun createEmpty(): @Usage {
        return <- create Usage()
    }
}
