import "AccountStorage"
import "BillingPeriod"
import "DelayedLimits"

/// Who else must agree before FLOW leaves a vault: M of N approvers, named by the vault's owner.
///
/// - `Approvals`: a vault's policy, its open proposals, and what was paid in the period. It lies in this account at a
///   path beside the vault's; a vault without one needs nobody's approval.
/// - `Seat`: one approver's place at one vault. The approver holds an `Approve` capability to it, claimed from this
///   account's inbox; it ends when the approver is replaced: the controller is deleted, and copies die with it.
///
/// Invariants: only the approvers that a vault has now count; each once per proposal; a proposal acts at most once, not
/// before M approved and not after it expired. A policy is changed or ended by M of N alone.
access(all) contract VaultApprovals {

    /// Agree to a proposal of one vault. Not: make one, or take FLOW. An approver, in approver/approve.
    access(all) entitlement Approve

    /// From now on `required` of the approvers must agree; payments above `threshold` FLOW a period too, from
    /// `thresholdActsAt` (Unix seconds) on.
    access(all) event ApproversSet(
        vaultId: UInt64, approvers: [Address], required: Int, threshold: UFix64?, thresholdActsAt: UInt64
    )
    /// The vault needs nobody's approval any more, and its open proposals are void.
    access(all) event ApprovalsEnded(vaultId: UInt64)
    /// Something waits for approvals until `expiresAt` (Unix seconds). It replaces an older proposal of its kind.
    access(all) event ProposalMade(
        vaultId: UInt64, proposal: UInt64, kind: String, amount: UFix64?, to: Address?, approvers: [Address]?,
        required: Int?, threshold: UFix64?, expiresAt: UInt64
    )
    access(all) event ProposalApproved(
        vaultId: UInt64, proposal: UInt64, approver: Address, approvals: Int, required: Int
    )
    access(all) event ProposalExecuted(vaultId: UInt64, proposal: UInt64, kind: String)
    access(all) event ProposalDropped(vaultId: UInt64, proposal: UInt64, kind: String)

    /// Kinds of proposals: the owner takes FLOW back or closes, the vault changes hands, the provider is paid above the
    /// threshold, the policy changes.
    access(all) let takeBack: String
    access(all) let transfer: String
    access(all) let payment: String
    access(all) let policy: String

    /// For how long after the settle delay a proposal can be approved and executed.
    access(all) let proposalSeconds: UInt64
    access(all) let maxApprovers: Int

    /// M of N, and the FLOW that a provider may be paid in a period without them (nil: any amount).
    access(all) struct Policy {
        access(all) let approvers: [Address]
        access(all) let required: Int
        access(all) let threshold: UFix64?

        view init(approvers: [Address], required: Int, threshold: UFix64?) {
            self.approvers = approvers
            self.required = required
            self.threshold = threshold
        }
    }

    /// What a proposal would do. Of a policy nil means that approvals end; of an amount taken back, all and close.
    access(all) struct Act {
        access(all) let kind: String
        access(all) let amount: UFix64?
        access(all) let to: Address?
        access(all) let policy: Policy?

        view init(kind: String, amount: UFix64?, to: Address?, policy: Policy?) {
            self.kind = kind
            self.amount = amount
            self.to = to
            self.policy = policy
        }
    }

    access(all) struct Proposal {
        access(all) let id: UInt64
        access(all) let act: Act
        access(all) let expiresAt: UInt64
        access(all) let approvedBy: [Address]

        access(contract) fun add(_ approver: Address) {
            self.approvedBy.append(approver)
        }

        init(id: UInt64, act: Act, expiresAt: UInt64) {
            self.id = id
            self.act = act
            self.expiresAt = expiresAt
            self.approvedBy = []
        }
    }

    access(all) resource Approvals {
        access(all) let vaultId: UInt64
        access(all) let delaySeconds: UInt64
        access(all) var approvers: [Address]
        access(all) var required: Int
        access(self) let threshold: DelayedLimits.Limit
        /// What was paid in which period, and what may be paid beyond the threshold because it was approved.
        access(self) var period: UInt32
        access(self) var paid: UFix64
        access(all) var approvedBeyond: UFix64
        access(self) var proposalCount: UInt64
        /// At most one of each kind.
        access(self) let proposals: {String: Proposal}

        access(all) view fun currentThreshold(): UFix64? {
            return self.threshold.current()
        }

        access(all) view fun pendingThreshold(): DelayedLimits.Change? {
            return self.threshold.pending()
        }

        access(all) view fun paidInPeriod(): UFix64 {
            return self.period == BillingPeriod.current() ? self.paid : 0.0
        }

        /// What the provider may still be paid in this period; nil: any amount.
        access(all) view fun allowance(): UFix64? {
            if self.threshold.current() == nil { return nil }
            let within = self.within()
            return within > UFix64.max - self.approvedBeyond ? UFix64.max : within + self.approvedBeyond
        }

        access(all) view fun openProposals(): [Proposal] {
            return self.proposals.values
        }

        /// What kind an open proposal is, or nil.
        access(all) view fun kindOf(_ proposalId: UInt64): String? {
            return self.find(proposalId)?.act?.kind
        }

        /// Whether an open proposal has its approvals.
        access(all) view fun isApproved(_ proposalId: UInt64): Bool {
            let proposal = self.find(proposalId)
            return proposal != nil && self.approvalsOf(proposal!) >= self.required
        }

        /// Opens a proposal and returns its number.
        access(account) fun propose(_ act: Act): UInt64 {
            pre { VaultApprovals.fault(act.policy) == nil: VaultApprovals.faultRefusal(act.policy) }
            self.drop(act.kind)
            self.proposalCount = self.proposalCount + 1
            let id = self.proposalCount
            let expiresAt = BillingPeriod.now() + self.delaySeconds + VaultApprovals.proposalSeconds
            self.proposals[act.kind] = Proposal(id: id, act: act, expiresAt: expiresAt)
            emit ProposalMade(
                vaultId: self.vaultId, proposal: id, kind: act.kind, amount: act.amount, to: act.to,
                approvers: act.policy?.approvers, required: act.policy?.required, threshold: act.policy?.threshold,
                expiresAt: expiresAt
            )
            return id
        }

        /// Takes a proposal back.
        access(account) fun drop(_ kind: String) {
            if let dropped = self.proposals.remove(key: kind) {
                emit ProposalDropped(vaultId: self.vaultId, proposal: dropped.id, kind: kind)
            }
        }

        access(contract) fun approve(_ proposalId: UInt64, by approver: Address) {
            pre {
                self.find(proposalId) != nil: self.missingRefusal(proposalId)
                !self.find(proposalId)!.approvedBy.contains(approver):
                    "VaultApprovals.Seat.approve: Cannot approve proposal ".concat(proposalId.toString())
                        .concat(" twice! ").concat(approver.toString()).concat(" approved it. Wait for the others.")
            }
            let proposal = self.find(proposalId)!
            proposal.add(approver)
            self.proposals[proposal.act.kind] = proposal
            emit ProposalApproved(
                vaultId: self.vaultId, proposal: proposalId, approver: approver,
                approvals: self.approvalsOf(proposal), required: self.required
            )
        }

        /// Uses up a proposal that has its approvals and returns what it was for.
        access(account) fun useUp(_ proposalId: UInt64): Act {
            pre {
                self.find(proposalId) != nil: self.missingRefusal(proposalId)
                self.isApproved(proposalId):
                    "VaultApprovals.Approvals.useUp: Cannot execute proposal ".concat(proposalId.toString())
                        .concat(" of vault ").concat(self.vaultId.toString()).concat("! It has ")
                        .concat(self.approvalsOf(self.find(proposalId)!).toString()).concat(" of ")
                        .concat(self.required.toString()).concat(" approvals. Ask the approvers.")
            }
            post {
                self.find(proposalId) == nil:
                    "VaultApprovals.Approvals.useUp: Cannot execute the proposal! It could be executed again."
            }
            let act = self.find(proposalId)!.act
            self.proposals.remove(key: act.kind)
            if act.kind == VaultApprovals.payment {
                let sum = self.approvedBeyond
                self.approvedBeyond = act.amount! > UFix64.max - sum ? UFix64.max : sum + act.amount!
            }
            emit ProposalExecuted(vaultId: self.vaultId, proposal: proposalId, kind: act.kind)
            return act
        }

        /// Counts a payment to the provider; refuses one above the threshold that nobody approved.
        access(account) fun count(_ amount: UFix64) {
            pre {
                self.allowance() == nil || amount <= self.allowance()!:
                    "VaultApprovals.Approvals.count: Cannot pay ".concat(amount.toString())
                        .concat(" FLOW! Without approval only ").concat(self.allowance()!.toString())
                        .concat(" may be paid in this period. Request the payment and ask the approvers.")
            }
            let beyond = self.threshold.current() == nil || amount <= self.within() ? 0.0 : amount - self.within()
            self.paid = self.paidInPeriod() + amount
            self.period = BillingPeriod.current()
            self.approvedBeyond = self.approvedBeyond - beyond
        }

        /// Seats the policy's approvers, unseats all others, and drops what waits for approval by the old ones and what
        /// they let the provider have that it has not taken.
        access(contract) fun adopt(_ policy: Policy) {
            for approver in self.approvers {
                if !policy.approvers.contains(approver) { VaultApprovals.unseat(self.vaultId, approver) }
            }
            for approver in policy.approvers {
                if !self.approvers.contains(approver) { VaultApprovals.seat(self.vaultId, approver) }
            }
            for kind in self.proposals.keys { self.drop(kind) }
            self.approvedBeyond = 0.0
            self.approvers = policy.approvers
            self.required = policy.required
            emit ApproversSet(
                vaultId: self.vaultId, approvers: policy.approvers, required: policy.required,
                threshold: policy.threshold,
                thresholdActsAt: self.threshold.set(policy.threshold, delaySeconds: self.delaySeconds)
            )
        }

        /// What is left of the threshold in this period.
        access(self) view fun within(): UFix64 {
            let threshold = self.threshold.current()!
            return threshold > self.paidInPeriod() ? threshold - self.paidInPeriod() : 0.0
        }

        access(self) view fun approvalsOf(_ proposal: Proposal): Int {
            var count = 0
            for approver in proposal.approvedBy {
                if self.approvers.contains(approver) { count = count + 1 }
            }
            return count
        }

        access(self) view fun find(_ proposalId: UInt64): Proposal? {
            for proposal in self.proposals.values {
                if proposal.id == proposalId && BillingPeriod.now() < proposal.expiresAt { return proposal }
            }
            return nil
        }

        access(self) view fun missingRefusal(_ proposalId: UInt64): String {
            return "VaultApprovals.Approvals: Cannot use proposal ".concat(proposalId.toString()).concat(" of vault ")
                .concat(self.vaultId.toString())
                .concat("! It was executed, replaced or dropped, or it expired. Propose it again.")
        }

        init(vaultId: UInt64, delaySeconds: UInt64) {
            self.vaultId = vaultId
            self.delaySeconds = delaySeconds
            self.approvers = []
            self.required = 0
            self.threshold = DelayedLimits.Limit()
            self.period = 0
            self.paid = 0.0
            self.approvedBeyond = 0.0
            self.proposalCount = 0
            self.proposals = {}
        }
    }

    access(all) resource Seat {
        access(all) let vaultId: UInt64
        access(all) let approver: Address

        access(Approve) fun approve(_ proposalId: UInt64) {
            VaultApprovals.of(self.vaultId)!.approve(proposalId, by: self.approver)
        }

        init(vaultId: UInt64, approver: Address) {
            self.vaultId = vaultId
            self.approver = approver
        }
    }

    /// A vault's approvals, for reading only; nil when it needs none.
    access(all) view fun of(_ vaultId: UInt64): &Approvals? {
        return self.account.storage.borrow<&Approvals>(from: self.approvalsPath(vaultId))
    }

    /// What of an amount may be paid to a vault's provider now.
    access(all) view fun payable(_ vaultId: UInt64, _ amount: UFix64): UFix64 {
        let approvals = self.of(vaultId)
        if approvals == nil { return amount }
        let allowance = approvals!.allowance() ?? amount
        return amount < allowance ? amount : allowance
    }

    /// The approvals of a vault that needs them; fails for one that doesn't.
    access(all) view fun neededBy(_ vaultId: UInt64): &Approvals {
        pre {
            self.of(vaultId) != nil: "VaultApprovals.neededBy: Cannot use approvals! Vault "
                .concat(vaultId.toString()).concat(" needs none. Act without.")
        }
        return self.of(vaultId)!
    }

    /// What is wrong with a policy, or nil: with none, nothing.
    access(all) view fun fault(_ wanted: Policy?): String? {
        if wanted == nil { return nil }
        let policy = wanted!
        let count = policy.approvers.length
        if count < 1 || count > self.maxApprovers {
            return "A vault has 1 to ".concat(self.maxApprovers.toString()).concat(" approvers.")
        }
        if policy.required < 1 || policy.required > count {
            return "The approvals required are 1 to the number of approvers."
        }
        for i, approver in policy.approvers {
            if policy.approvers.firstIndex(of: approver)! != i {
                return approver.toString().concat(" is named twice.")
            }
        }
        return nil
    }

    access(all) view fun inboxName(_ vaultId: UInt64, _ approver: Address): String {
        return "VaultApprovals.seat.".concat(vaultId.toString()).concat(".").concat(approver.toString())
    }

    /// Where an approver keeps its capability. The address keeps deployments apart.
    access(all) view fun capabilityPath(_ vaultId: UInt64): StoragePath {
        let identifier = "VaultApprovalsSeatOf".concat(self.account.address.toString()).concat("_")
        return StoragePath(identifier: identifier.concat(vaultId.toString()))!
    }

    /// Adopts a policy: the first, or one that M of N agreed to. Nil ends the approvals.
    access(account) fun adopt(_ vaultId: UInt64, policy: Policy?, delaySeconds: UInt64) {
        pre { self.fault(policy) == nil: self.faultRefusal(policy) }
        post {
            policy == nil || AccountStorage.hasRoomFor(0):
                "VaultApprovals.adopt: Cannot set the approvers! ".concat(AccountStorage.shortage())
        }
        if policy == nil { return self.end(vaultId) }
        let path = self.approvalsPath(vaultId)
        if self.of(vaultId) == nil {
            self.account.storage.save(<- create Approvals(vaultId: vaultId, delaySeconds: delaySeconds), to: path)
            AccountStorage.addApprovals()
        }
        self.of(vaultId)!.adopt(policy!)
    }

    /// Ends a vault's approvals with all its seats.
    access(account) fun end(_ vaultId: UInt64) {
        if let approvals <- self.account.storage.load<@Approvals>(from: self.approvalsPath(vaultId)) {
            for approver in approvals.approvers { self.unseat(vaultId, approver) }
            destroy approvals
            AccountStorage.removeApprovals()
            emit ApprovalsEnded(vaultId: vaultId)
        }
    }

    access(contract) view fun faultRefusal(_ policy: Policy?): String {
        return "VaultApprovals.adopt: Cannot set the approvers! ".concat(self.fault(policy)!).concat(" Correct it.")
    }

    access(contract) fun seat(_ vaultId: UInt64, _ approver: Address) {
        let path = self.seatPath(vaultId, approver)
        self.account.storage.save(<- create Seat(vaultId: vaultId, approver: approver), to: path)
        let capability = self.account.capabilities.storage.issue<auth(Approve) &Seat>(path)
        self.account.inbox.publish(capability, name: self.inboxName(vaultId, approver), recipient: approver)
    }

    access(contract) fun unseat(_ vaultId: UInt64, _ approver: Address) {
        let path = self.seatPath(vaultId, approver)
        self.account.inbox.unpublish<auth(Approve) &Seat>(self.inboxName(vaultId, approver))
        for controller in self.account.capabilities.storage.getControllers(forPath: path) {
            controller.delete()
        }
        destroy self.account.storage.load<@Seat>(from: path)
    }

    access(self) view fun approvalsPath(_ vaultId: UInt64): StoragePath {
        return StoragePath(identifier: "VaultApprovals".concat(vaultId.toString()))!
    }

    access(self) view fun seatPath(_ vaultId: UInt64, _ approver: Address): StoragePath {
        return StoragePath(identifier: self.inboxName(vaultId, approver))!
    }

    init() {
        self.takeBack = "takeBack"
        self.transfer = "transfer"
        self.payment = "payment"
        self.policy = "policy"
        self.proposalSeconds = 604_800
        self.maxApprovers = 16
    }
}
