/// The calendar of billing. A period is a UTC month written as the number YYYYMM; times are whole Unix seconds.
/// Holds no state and no money.
access(all) contract BillingPeriod {

    access(self) let secondsPerDay: UInt64

    /// True for a month of the years 2000 to 9999.
    access(all) view fun isPeriod(_ period: UInt32): Bool {
        let month = period % 100
        return period >= 200_001 && period <= 999_912 && month >= 1 && month <= 12
    }

    /// The month that an instant falls into.
    access(all) view fun periodOf(_ seconds: UInt64): UInt32 {
        // Days are counted from 0000-03-01, so that the leap day is the last of its year.
        let days = seconds / self.secondsPerDay + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (dayOfYear * 5 + 2) / 153
        let month = (marchMonth + 2) % 12 + 1
        var year = era * 400 + yearOfEra
        if month <= 2 { year = year + 1 }
        return UInt32(year * 100 + month)
    }

    /// The first second of a period. Fails for a number that is no period.
    access(all) view fun startOf(_ period: UInt32): UInt64 {
        pre {
            self.isPeriod(period): "BillingPeriod.startOf: Cannot tell when a period starts! "
                .concat(period.toString()).concat(" is no month. Give a month as YYYYMM.")
        }
        let month = UInt64(period % 100)
        var year = UInt64(period / 100)
        if month <= 2 { year = year - 1 }
        let yearOfEra = year % 400
        let dayOfYear = ((month + 9) % 12 * 153 + 2) / 5
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return ((year / 400) * 146_097 + dayOfEra - 719_468) * self.secondsPerDay
    }

    /// The period after this one.
    access(all) view fun next(_ period: UInt32): UInt32 {
        return period % 100 == 12 ? period + 89 : period + 1
    }

    /// The month of the current block.
    access(all) view fun current(): UInt32 {
        return self.periodOf(self.now())
    }

    /// The current block's time. Blocks bear the time at which the block before was sealed: no rule rests on seconds.
    access(all) view fun now(): UInt64 {
        return UInt64(getCurrentBlock().timestamp)
    }

    init() {
        self.secondsPerDay = 86_400
    }
}
