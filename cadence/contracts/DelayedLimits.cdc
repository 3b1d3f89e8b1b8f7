import "BillingPeriod"

/// A limit that its owner may loosen at once and tighten only after a delay, so that nobody uses first and tightens
/// then. Holds no state.
access(all) contract DelayedLimits {

    /// A tightening that waits, and the Unix second from which it acts.
    access(all) struct Change {
        access(all) let limit: UFix64?
        access(all) let actsAt: UInt64

        view init(limit: UFix64?, actsAt: UInt64) {
            self.limit = limit
            self.actsAt = actsAt
        }
    }

    /// An upper limit; nil is none.
    access(all) struct Limit {
        access(self) var value: UFix64?
        access(self) var change: Change?

        /// The limit that acts now.
        access(all) view fun current(): UFix64? {
            return self.isDue() ? self.change!.limit : self.value
        }

        /// The tightening that doesn't act yet, or nil.
        access(all) view fun pending(): Change? {
            return self.isDue() ? nil : self.change
        }

        /// Sets the limit: at once if that loosens it, else after the delay. A change that waits gives way. Returns the
        /// Unix second from which it acts.
        access(account) fun set(_ limit: UFix64?, delaySeconds: UInt64): UInt64 {
            post {
                self.current() == (result > BillingPeriod.now() ? before(self.current()) : limit):
                    "DelayedLimits.Limit.set: Cannot set the limit! It would act at another time than it says."
            }
            let current = self.current()
            let loosens = limit == nil || current != nil && limit! >= current!
            let now = BillingPeriod.now()
            self.value = loosens ? limit : current
            self.change = loosens ? nil : Change(limit: limit, actsAt: now + delaySeconds)
            return loosens ? now : now + delaySeconds
        }

        /// Drops a change that doesn't act yet.
        access(account) fun cancelPending() {
            self.value = self.current()
            self.change = nil
        }

        access(self) view fun isDue(): Bool {
            return self.change != nil && BillingPeriod.now() >= self.change!.actsAt
        }

        init() {
            self.value = nil
            self.change = nil
        }
    }
}
