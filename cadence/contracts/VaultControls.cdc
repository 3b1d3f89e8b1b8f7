import "BillingPeriod"
import "DelayedLimits"
import "VaultApprovals"

/// What an owner decides about a vault: cap, expiry, pause, reminder, approvers, and FLOW that is to come back.
/// Holds no money. The owner reaches it through its capability to the vault; nobody else can lift or lower what it set.
///
/// Invariant: what loosens (raise or remove the cap, extend the expiry, resume) acts at once; what tightens acts after
/// the settle delay, and says from when. What accrued stays the provider's.
access(all) contract VaultControls {

    /// Set cap, expiry, pause and reminder, and how a vault pays. Not: move its FLOW. The owner, in owner/set_cap,
    /// owner/set_expiry, owner/pause, owner/resume, owner/set_reminder, owner/set_automatic_payment.
    access(all) entitlement Configure
    /// Take back what is not owed, and close the vault, both after the settle delay. Not: touch what accrued.
    /// The owner, in owner/request_return, owner/cancel_return, owner/take_back.
    access(all) entitlement Reclaim
    /// Say who must agree before FLOW leaves. Not: change it later without M of N. The owner, in owner/set_approvers.
    access(all) entitlement NameApprovers

    /// A period costs at most `capUsd` (nil: any amount), from `actsAt` (Unix seconds) on.
    access(all) event CapSet(id: UInt64, capUsd: UFix64?, actsAt: UInt64)
    /// Nothing accrues after `expiresAt` (Unix seconds; nil: no end).
    access(all) event ExpirySet(id: UInt64, expiresAt: UInt64?)
    /// Nothing accrues from `actsAt` (Unix seconds) on, until the owner resumes.
    access(all) event Paused(id: UInt64, actsAt: UInt64)
    access(all) event Resumed(id: UInt64)
    access(all) event ReminderSet(id: UInt64, below: UFix64?)
    /// What is not owed fell below what the owner wants to be reminded at, or was below it when that was set.
    access(all) event TopUpNeeded(id: UInt64, free: UFix64, below: UFix64)
    /// The owner wants FLOW back (nil: all, and the vault closed), and may take it from `actsAt` (Unix seconds) on.
    access(all) event ReturnRequested(id: UInt64, amount: UFix64?, actsAt: UInt64)
    access(all) event ReturnCancelled(id: UInt64)

    /// FLOW that the owner asked for, from when it may be taken, and the proposal that must be approved before.
    /// Amount nil: take back all that is not owed, and close.
    access(all) struct PendingReturn {
        access(all) let amount: UFix64?
        access(all) let actsAt: UInt64
        access(all) let proposal: UInt64?

        view init(amount: UFix64?, actsAt: UInt64, proposal: UInt64?) {
            self.amount = amount
            self.actsAt = actsAt
            self.proposal = proposal
        }
    }

    access(all) resource Controls {
        access(all) let vaultId: UInt64
        access(all) let delaySeconds: UInt64
        access(self) let cap: DelayedLimits.Limit
        /// The Unix second after which nothing accrues, and that from which the vault is paused.
        access(all) var expiresAt: UInt64?
        access(all) var pausedFrom: UInt64?
        access(all) var reminderBelow: UFix64?
        access(self) var pendingReturn: PendingReturn?
        access(all) var closed: Bool

        access(all) view fun status(): String {
            if self.closed { return "closed" }
            if self.pendingReturn != nil && self.pendingReturn!.amount == nil { return "closing" }
            return self.isPaused() ? "paused" : "active"
        }

        access(all) view fun requestedReturn(): PendingReturn? {
            return self.pendingReturn
        }

        access(all) view fun isPaused(): Bool {
            return self.pausedFrom != nil && BillingPeriod.now() >= self.pausedFrom!
        }

        access(all) view fun isExpired(): Bool {
            return self.expiresAt != nil && BillingPeriod.now() > self.expiresAt!
        }

        access(all) view fun capUsd(): UFix64? {
            return self.cap.current()
        }

        access(all) view fun pendingCap(): DelayedLimits.Change? {
            return self.cap.pending()
        }

        /// The most that a period may have been charged: the cap, or what was charged already if nothing may accrue.
        access(all) view fun limitUsd(charged: UFix64): UFix64? {
            return self.isPaused() || self.isExpired() ? charged : self.cap.current()
        }

        /// Limits what a period may cost; nil removes the limit. Lowering acts after the settle delay.
        access(Configure) fun setCap(_ capUsd: UFix64?) {
            pre { !self.closed: self.closedRefusal("setCap") }
            emit CapSet(
                id: self.vaultId, capUsd: capUsd, actsAt: self.cap.set(capUsd, delaySeconds: self.delaySeconds)
            )
        }

        /// Ends what may accrue at a time; nil: no end. A sooner end must leave the settle delay.
        access(Configure) fun setExpiry(_ expiresAt: UInt64?) {
            pre {
                !self.closed: self.closedRefusal("setExpiry")
                expiresAt == nil || expiresAt! <= VaultControls.latestExpiry():
                    "VaultControls.Controls.setExpiry: Cannot set the expiry! It lies beyond the year 9999. "
                        .concat("Choose ").concat(VaultControls.latestExpiry().toString())
                        .concat(" or sooner, or none.")
                self.isLater(expiresAt) || expiresAt! >= BillingPeriod.now() + self.delaySeconds:
                    "VaultControls.Controls.setExpiry: Cannot shorten the expiry so far! What is used until then must "
                        .concat("be settled. Choose ").concat((BillingPeriod.now() + self.delaySeconds).toString())
                        .concat(" or later.")
            }
            self.expiresAt = expiresAt
            emit ExpirySet(id: self.vaultId, expiresAt: expiresAt)
        }

        /// Stops what accrues, after the settle delay.
        access(Configure) fun pause() {
            pre {
                !self.closed: self.closedRefusal("pause")
                self.pausedFrom == nil: "VaultControls.Controls.pause: Cannot pause! The vault is paused from "
                    .concat(self.pausedFrom!.toString()).concat(" on. Nothing has to be done.")
            }
            let actsAt = BillingPeriod.now() + self.delaySeconds
            self.pausedFrom = actsAt
            emit Paused(id: self.vaultId, actsAt: actsAt)
        }

        /// Ends a pause at once. What the next reading says was used meanwhile falls due.
        access(Configure) fun resume() {
            pre {
                !self.closed: self.closedRefusal("resume")
                self.pausedFrom != nil:
                    "VaultControls.Controls.resume: Cannot resume! The vault is not paused. Nothing has to be done."
            }
            self.pausedFrom = nil
            emit Resumed(id: self.vaultId)
        }

        /// Sets below what amount an event tells of what is not owed; nil: never. It tells now if it is below already.
        access(account) fun setReminder(_ below: UFix64?, free: UFix64) {
            pre { !self.closed: self.closedRefusal("setReminder") }
            self.reminderBelow = below
            emit ReminderSet(id: self.vaultId, below: below)
            self.remind(before: UFix64.max, after: free)
        }

        /// Names who must agree before FLOW leaves. The first time it acts at once (its threshold after the settle
        /// delay, and a return that waits is cancelled); afterwards it is a proposal, whose number is returned. Nil
        /// ends the approvals.
        access(NameApprovers) fun setApprovers(_ policy: VaultApprovals.Policy?): UInt64? {
            pre {
                !self.closed: self.closedRefusal("setApprovers")
                policy != nil || VaultApprovals.of(self.vaultId) != nil:
                    "VaultControls.Controls.setApprovers: Cannot end approvals! The vault needs none."
            }
            if let approvals = VaultApprovals.of(self.vaultId) {
                return approvals.propose(
                    VaultApprovals.Act(kind: VaultApprovals.policy, amount: nil, to: nil, policy: policy)
                )
            }
            self.dropReturn()
            VaultApprovals.adopt(self.vaultId, policy: policy, delaySeconds: self.delaySeconds)
            return nil
        }

        /// Announces that FLOW will be taken back: an amount, or (nil) all that is not owed, and the vault closed.
        /// It acts after the settle delay, so that what was used until now is settled first, and if the vault has
        /// approvers not before they agreed. A new request takes the place of the last. An amount for which too little
        /// is left by then is not given: `returnable`.
        access(Reclaim) fun requestReturn(amount: UFix64?) {
            pre {
                !self.closed: self.closedRefusal("requestReturn")
                amount != 0.0: "VaultControls.Controls.requestReturn: Cannot take back 0 FLOW! "
                    .concat("Give an amount above 0.")
            }
            let act = VaultApprovals.Act(kind: VaultApprovals.takeBack, amount: amount, to: nil, policy: nil)
            let proposal = VaultApprovals.of(self.vaultId)?.propose(act)
            let actsAt = BillingPeriod.now() + self.delaySeconds
            self.pendingReturn = PendingReturn(amount: amount, actsAt: actsAt, proposal: proposal)
            emit ReturnRequested(id: self.vaultId, amount: amount, actsAt: actsAt)
        }

        /// Withdraws the last request.
        access(Reclaim) fun cancelReturn() {
            pre {
                self.pendingReturn != nil: "VaultControls.Controls.cancelReturn: Cannot cancel! Nothing was requested."
            }
            self.dropReturn()
        }

        /// Uses up the request, if its time has come and it has its approvals. Returns what was asked for.
        access(account) fun useReturn(): PendingReturn {
            pre {
                self.pendingReturn != nil: "VaultControls.Controls.useReturn: Cannot take back FLOW! "
                    .concat("Nothing was requested. Request it, and wait for the settle delay.")
                BillingPeriod.now() >= self.pendingReturn!.actsAt:
                    "VaultControls.Controls.useReturn: Cannot take back FLOW yet! It may be taken at "
                        .concat(self.pendingReturn!.actsAt.toString()).concat(". Try again after that time.")
            }
            let pending = self.pendingReturn!
            if let approvals = VaultApprovals.of(self.vaultId) { approvals.useUp(pending.proposal!) }
            self.pendingReturn = nil
            return pending
        }

        /// Closes the vault. What waited for approval to change it is dropped; what is owed may still be approved.
        access(account) fun close() {
            self.closed = true
            VaultApprovals.of(self.vaultId)?.drop(VaultApprovals.transfer)
            VaultApprovals.of(self.vaultId)?.drop(VaultApprovals.policy)
        }

        /// Drops everything that waits, for an owner who is one no longer.
        access(account) fun cancelRequests() {
            self.dropReturn()
            if self.cap.pending() != nil {
                self.cap.cancelPending()
                emit CapSet(id: self.vaultId, capUsd: self.cap.current(), actsAt: BillingPeriod.now())
            }
            if !self.isPaused() && self.pausedFrom != nil {
                self.pausedFrom = nil
                emit Resumed(id: self.vaultId)
            }
        }

        /// Tells when what is not owed fell below the reminder's amount.
        access(account) fun remind(before: UFix64, after: UFix64) {
            let below = self.reminderBelow
            if below != nil && after < below! && before >= below! {
                emit TopUpNeeded(id: self.vaultId, free: after, below: below!)
            }
        }

        access(self) fun dropReturn() {
            if self.pendingReturn == nil { return }
            self.pendingReturn = nil
            VaultApprovals.of(self.vaultId)?.drop(VaultApprovals.takeBack)
            emit ReturnCancelled(id: self.vaultId)
        }

        access(self) view fun isLater(_ expiresAt: UInt64?): Bool {
            if expiresAt == nil { return true }
            return self.expiresAt != nil && expiresAt! >= self.expiresAt!
        }

        access(self) view fun closedRefusal(_ act: String): String {
            return "VaultControls.Controls.".concat(act).concat(": Cannot change the vault! Vault ")
                .concat(self.vaultId.toString()).concat(" is closed and all that was not owed was returned.")
        }

        init(vaultId: UInt64, delaySeconds: UInt64) {
            self.vaultId = vaultId
            self.delaySeconds = delaySeconds
            self.cap = DelayedLimits.Limit()
            self.expiresAt = nil
            self.pausedFrom = nil
            self.reminderBelow = nil
            self.pendingReturn = nil
            self.closed = false
        }
    }

    /// The last second of the year 9999, in Unix seconds: what lies beyond is no time that everybody can read.
    access(all) view fun latestExpiry(): UInt64 {
        return 253_402_300_799
    }

    /// What comes back of FLOW that is not owed if an amount is asked for, or (nil) all. An amount must leave the
    /// minimum deposit: a vault that was emptied and stays open would hold its storage for nothing.
    access(all) view fun returnable(_ amount: UFix64?, free: UFix64, minimum: UFix64): UFix64 {
        pre {
            amount == nil || (amount! <= free && free - amount! >= minimum):
                "VaultControls.returnable: Cannot take back ".concat(amount!.toString()).concat(" FLOW! Of the ")
                    .concat(free.toString()).concat(" FLOW that is not owed ").concat(minimum.toString())
                    .concat(" must stay, the minimum deposit. Request less, or request all and close the vault.")
        }
        return amount ?? free
    }

    access(account) fun createControls(vaultId: UInt64, delaySeconds: UInt64): @Controls {
        return <- create Controls(vaultId: vaultId, delaySeconds: delaySeconds)
    }
}
