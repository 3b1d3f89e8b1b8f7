import "BillingPeriod"
import "FlareFDCTriggers"
import "UsagePricing"

/// What an oracle reports and what is kept of it: the cumulative token counts of a vault by model in a billing period.
/// Holds no state and no money. Bookkeeping functions are for `UsageBasedSubscriptions` in the same account.
///
/// A reading is always checked by value and answered with a reason, never with a panic: one bad reading of a batch must
/// not undo the others.
access(all) contract MeterReadings {

    access(all) let maxModels: Int
    access(self) let maxNameLength: Int
    access(self) let rootLength: Int
    /// What a month with `maxModels` names of `maxNameLength` takes in storage: measured, rounded up.
    access(self) let monthBytes: UInt64

    /// Tokens of a period so far by model, with the Merkle root and number of the events that they are the sum of.
    access(all) struct Reading: FlareFDCTriggers.Payload {
        access(all) let vaultId: UInt64
        access(all) let period: UInt32
        access(all) let sequence: UInt64
        access(all) let models: [String]
        access(all) let tokens: [UInt64]
        access(all) let root: String
        access(all) let eventCount: UInt64

        access(all) view fun subject(): UInt64 {
            return self.vaultId
        }

        access(all) view fun sequenceNumber(): UInt64 {
            return self.sequence
        }

        view init(
            vaultId: UInt64,
            period: UInt32,
            sequence: UInt64,
            models: [String],
            tokens: [UInt64],
            root: String,
            eventCount: UInt64
        ) {
            self.vaultId = vaultId
            self.period = period
            self.sequence = sequence
            self.models = models
            self.tokens = tokens
            self.root = root
            self.eventCount = eventCount
        }
    }

    /// A model's tokens so far, and the multiplier that the period's schedule gives it.
    access(all) struct ModelCount {
        access(all) let tokens: UInt64
        access(all) let multiplierBps: UInt64

        view init(tokens: UInt64, multiplierBps: UInt64) {
            self.tokens = tokens
            self.multiplierBps = multiplierBps
        }
    }

    /// What is known of one vault in one period: the last reading's content and what was charged for it.
    access(all) struct PeriodMeter {
        access(all) let period: UInt32
        /// Version of the schedule that prices the whole period.
        access(all) let scheduleVersion: UInt64
        access(all) var counts: {String: ModelCount}
        access(all) var tier: String?
        access(all) var chargedUsd: UFix64
        access(all) var root: String
        access(all) var eventCount: UInt64

        access(all) fun tokens(): {String: UInt64} {
            let tokens: {String: UInt64} = {}
            for model in self.counts.keys {
                tokens[model] = self.counts[model]!.tokens
            }
            return tokens
        }

        /// Whether a reading says just what the last one said.
        access(all) view fun repeats(_ reading: Reading): Bool {
            if reading.root != self.root || reading.eventCount != self.eventCount { return false }
            let length = self.counts.length
            if reading.models.length != length || reading.tokens.length != length { return false }
            var i = 0
            while i < reading.models.length {
                if self.counts[reading.models[i]]?.tokens != reading.tokens[i] { return false }
                i = i + 1
            }
            return true
        }

        /// Why a well-formed reading can't follow the last one, or nil.
        access(all) view fun refusal(_ reading: Reading): String? {
            if reading.eventCount < self.eventCount { return "count_fell" }
            var known = 0
            var i = 0
            while i < reading.models.length {
                if let count = self.counts[reading.models[i]] {
                    if reading.tokens[i] < count.tokens { return "count_fell" }
                    known = known + 1
                }
                i = i + 1
            }
            // A model that is no longer named fell to nothing.
            return known < self.counts.length ? "count_fell" : nil
        }

        /// Takes over a reading's content.
        access(account) fun record(_ reading: Reading, _ schedule: &UsagePricing.Schedule) {
            let counts: {String: ModelCount} = {}
            for i, model in reading.models {
                let bps = self.counts[model]?.multiplierBps ?? UsagePricing.multiplierBps(schedule, model)
                counts[model] = ModelCount(tokens: reading.tokens[i], multiplierBps: bps)
            }
            self.counts = counts
            self.root = reading.root
            self.eventCount = reading.eventCount
        }

        access(account) fun setCharged(usd: UFix64, tier: String) {
            self.chargedUsd = usd
            self.tier = tier
        }

        /// The price of what was recorded, or nil if it is above the largest UFix64.
        access(all) view fun price(_ schedule: &UsagePricing.Schedule): UsagePricing.Price? {
            var total: UInt256 = 0
            var weighted: UInt256 = 0
            for model in self.counts.keys {
                let count = self.counts[model]!
                total = total + UInt256(count.tokens)
                weighted = weighted + UInt256(count.tokens) * UInt256(count.multiplierBps)
            }
            return UsagePricing.priceOfTotals(schedule, total: total, weighted: weighted)
        }

        view init(period: UInt32, scheduleVersion: UInt64) {
            self.period = period
            self.scheduleVersion = scheduleVersion
            self.counts = {}
            self.tier = nil
            self.chargedUsd = 0.0
            self.root = ""
            self.eventCount = 0
        }
    }

    /// What an oracle signs: a line each for the domain's parts (chain, contract, deployment), vault, period, sequence,
    /// the hash of models and tokens, number of events, and root. The root comes last: whatever it holds, no other
    /// reading has the same lines. Models and tokens are joined by commas, which no well-formed name contains.
    access(all) fun message(_ reading: Reading, domain: String): [UInt8] {
        let tokens: [String] = []
        for count in reading.tokens {
            tokens.append(count.toString())
        }
        let usage = String.join(reading.models, separator: ",").concat("\n").concat(String.join(tokens, separator: ","))
        return String.join([
            domain,
            reading.vaultId.toString(),
            reading.period.toString(),
            reading.sequence.toString(),
            String.encodeHex(HashAlgorithm.SHA3_256.hash(usage.utf8)),
            reading.eventCount.toString(),
            reading.root
        ], separator: "\n").utf8
    }

    /// What is malformed about a reading, or nil.
    access(all) view fun fault(_ reading: Reading): String? {
        if !BillingPeriod.isPeriod(reading.period) { return "period_invalid" }
        if reading.models.length != reading.tokens.length { return "models_invalid" }
        if reading.models.length > self.maxModels { return "too_many_models" }
        if !self.isRoot(reading.root) { return "root_invalid" }
        for i, model in reading.models {
            if !self.isModelName(model) { return "model_name_invalid" }
            if reading.models.firstIndex(of: model)! != i { return "model_repeated" }
        }
        return nil
    }

    /// Whether a period takes readings: not in the future, and not closed for longer than the grace time.
    access(all) view fun periodRefusal(_ period: UInt32, graceSeconds: UInt64): String? {
        if period > BillingPeriod.current() { return "period_in_future" }
        if self.isClosed(period, graceSeconds: graceSeconds) { return "period_closed" }
        return nil
    }

    /// The most bytes that the meters of a vault take: the running month, those that ended within the grace time, each
    /// with as many models of as long names as there may be.
    access(all) view fun mostBytes(graceSeconds: UInt64): UInt64 {
        let shortestMonth: UInt64 = 28 * 86_400
        return (2 + graceSeconds / shortestMonth) * self.monthBytes
    }

    /// Whether a period ended longer than the grace time ago.
    access(all) view fun isClosed(_ period: UInt32, graceSeconds: UInt64): Bool {
        let end = BillingPeriod.startOf(BillingPeriod.next(period))
        return BillingPeriod.now() >= end && BillingPeriod.now() - end >= graceSeconds
    }

    /// A model's name in the one form that readings use: [a-z0-9._:/@-], 1 to 128 characters.
    access(all) view fun isModelName(_ name: String): Bool {
        let bytes = name.utf8
        if bytes.length == 0 || bytes.length > self.maxNameLength { return false }
        for byte in bytes {
            let letter = byte >= 97 && byte <= 122
            // "-", ".", "/", the digits, ":" follow one another; "@" and "_" stand alone.
            let sign = byte >= 45 && byte <= 58 || byte == 64 || byte == 95
            if !letter && !sign { return false }
        }
        return true
    }

    /// 32 bytes in lower-case hexadecimal.
    access(self) view fun isRoot(_ root: String): Bool {
        let bytes = root.utf8
        if bytes.length != self.rootLength { return false }
        for byte in bytes {
            if !(byte >= 48 && byte <= 57 || byte >= 97 && byte <= 102) { return false }
        }
        return true
    }

    init() {
        self.maxModels = 32
        self.maxNameLength = 128
        self.rootLength = 64
        self.monthBytes = 7_500
    }
}
