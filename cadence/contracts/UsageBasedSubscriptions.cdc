import "FungibleToken"
import "FlowToken"
import "AccountStorage"
import "BillingTerms"
import "FlareFDCTriggers"
import "MeterReadings"
import "UsagePricing"
import "VaultApprovals"
import "VaultControls"
import "VaultDirectory"
import "VaultFunds"
import "VaultUsage"

/// Prepaid vaults that pay a provider for metered use, and no further than its readings reach.
///
/// - `SubscriptionVault`: one customer's FLOW for one provider. It lives in this account's storage, at a path of its
///   own; owner and provider hold entitled capabilities to it, claimed from this account's inbox.
/// - `BillingTerms.Terms`: schedules, rate and providers, kept here too. Whoever holds it entitled is the admin.
///
/// What the other contracts do, and the invariants that hold after every transaction: cadence/README.md. A reading that
/// can't be settled is skipped with an event and a reason: nothing in a batch undoes the rest.
access(all) contract UsageBasedSubscriptions {

    access(all) let TermsStoragePath: StoragePath

    /// Give the vault to another owner, or new capabilities to the same one. Not: take its FLOW.
    /// The owner, in owner/transfer.
    access(all) entitlement Transfer
    /// Take what accrued, give credit on what comes, or renew the capability. Not: take more, or from another vault.
    /// The provider, in provider/withdraw_accrued, request_payment, grant_credit and renew_capability.
    access(all) entitlement WithdrawAccrued

    access(all) event VaultOpened(id: UInt64, owner: Address, provider: Address, serviceName: String, deposit: UFix64)
    access(all) event Deposited(id: UInt64, amount: UFix64, balanceAfter: UFix64)
    /// Part of a deposit went to debt: it accrued, in FLOW, at no new rate.
    access(all) event DebtPaid(id: UInt64, amount: UFix64, accruedAfter: UFix64, uncoveredAfter: UFix64)
    /// A charge was above what the vault could pay.
    access(all) event DebtIncurred(id: UInt64, amount: UFix64, uncoveredAfter: UFix64)
    /// A reading was priced and charged. `priceUsd` is the period's price so far, `dueUsd` what of it is new after
    /// credit, `flowDue` the same in FLOW, before any automatic payment. `evidence` is the kind of its proof.
    access(all) event ReadingSettled(
        id: UInt64, period: UInt32, sequence: UInt64, models: [String], tokens: [UInt64], totalTokens: UInt256,
        root: String, eventCount: UInt64, scheduleVersion: UInt64, priceUsd: UFix64, dueUsd: UFix64,
        chargedUsdAfter: UFix64, creditUsdAfter: UFix64, usdPerFlow: UFix64, flowDue: UFix64, accruedAfter: UFix64,
        uncoveredAfter: UFix64, balanceAfter: UFix64, oracle: Address?, evidence: String
    )
    /// A reading changed nothing, for the reason given; cadence/README.md lists the reasons.
    access(all) event ReadingSkipped(id: UInt64, period: UInt32, sequence: UInt64, reason: String)
    /// Usage falls into another tier: higher as a period goes on, or lower as the next begins. From nil: the first.
    access(all) event TierChanged(id: UInt64, period: UInt32, from: String?, to: String)
    /// The provider gave credit, for a reason: coming charges use it first.
    access(all) event CreditGranted(id: UInt64, usd: UFix64, reason: String, creditUsdAfter: UFix64)
    /// The provider took what accrued.
    access(all) event Withdrawn(id: UInt64, amount: UFix64, to: Address, balanceAfter: UFix64)
    /// What accrued went to the provider's FLOW vault at settlement or deposit.
    access(all) event PaidAutomatically(id: UInt64, amount: UFix64, to: Address, balanceAfter: UFix64)
    access(all) event AutomaticPaymentSet(id: UInt64, enabled: Bool)
    /// The owner took back FLOW that was not owed.
    access(all) event Refunded(id: UInt64, amount: UFix64, to: Address, balanceAfter: UFix64)
    /// The vault has another owner: the old one's capabilities are dead and its requests cancelled, the new one's wait
    /// in the inbox. Keys that belong to the vault must be blocked.
    access(all) event VaultTransferred(id: UInt64, from: Address, to: Address)
    /// The provider's capabilities of before are dead, copies too; a new one waits in the inbox, for it alone.
    access(all) event ProviderCapabilityRenewed(id: UInt64, provider: Address)
    /// The vault takes no more readings or deposits; credit and debt lapsed, what accrued stays withdrawable.
    access(all) event VaultClosed(id: UInt64, creditUsdLapsed: UFix64, uncoveredLapsed: UFix64, balanceAfter: UFix64)

    /// Seconds for which a period takes readings after its end.
    access(all) let graceSeconds: UInt64
    /// Seconds between an owner's request that lowers what the provider can count on and its effect.
    access(all) let settleDelaySeconds: UInt64
    access(all) let minimumDeposit: UFix64
    /// Under which triggers with readings reach this contract.
    access(all) let handlerId: String
    /// The account in whose inbox capabilities wait to be claimed.
    access(all) let inboxAddress: Address
    /// Tells this deployment from any other, on any network.
    access(all) let deploymentId: String

    access(self) var vaultCount: UInt64

    access(all) resource SubscriptionVault {
        access(all) let id: UInt64
        /// The customer. (`owner` is Cadence's own name for the account that stores the resource.)
        access(all) var customer: Address
        access(all) let provider: Address
        access(all) let serviceName: String
        /// For reading; only this account's contracts can move it.
        access(all) let funds: @VaultFunds.Funds
        access(all) let usage: @VaultUsage.Usage
        /// Whether what accrues is paid at once.
        access(all) var automaticPayment: Bool
        /// What the owner decides. An entitled reference to the vault gives the same entitlements here.
        access(mapping Identity) let controls: @VaultControls.Controls
        /// Room for state of later versions: a deployed resource can't be given further fields.
        access(self) let extensions: {String: AnyStruct}

        /// What the provider may take now: what accrued, as far as no approval is missing.
        access(all) view fun withdrawable(): UFix64 {
            return VaultApprovals.payable(self.id, self.funds.accrued)
        }

        /// Takes what accrued, or part of it.
        access(WithdrawAccrued) fun withdrawWithEntitlement(amount: UFix64): @{FungibleToken.Vault} {
            pre {
                amount > 0.0: "UsageBasedSubscriptions.SubscriptionVault.withdrawWithEntitlement: "
                    .concat("Cannot withdraw 0 FLOW! Wait until something accrued.")
            }
            post {
                result.balance == amount && self.funds.paid == before(self.funds.paid) + amount:
                    "UsageBasedSubscriptions.SubscriptionVault.withdrawWithEntitlement: Cannot withdraw! "
                        .concat("Another amount would leave.")
            }
            let payment <- self.pay(amount)
            emit Withdrawn(id: self.id, amount: amount, to: self.provider, balanceAfter: self.funds.balance())
            return <- payment
        }

        /// Asks the approvers to let the provider have an amount above the threshold. Returns the proposal's number.
        access(WithdrawAccrued) fun requestPayment(amount: UFix64): UInt64 {
            pre {
                amount > 0.0: "UsageBasedSubscriptions.SubscriptionVault.requestPayment: "
                    .concat("Cannot request 0 FLOW! Give an amount above 0.")
            }
            let act = VaultApprovals.Act(kind: VaultApprovals.payment, amount: amount, to: self.provider, policy: nil)
            return VaultApprovals.neededBy(self.id).propose(act)
        }

        /// Gives credit in USD that the next charges use first: what a count that can't fall was too high by.
        access(WithdrawAccrued) fun grantCredit(usd: UFix64, reason: String) {
            pre { !self.controls.closed: self.closedRefusal("grantCredit") }
            let credit = self.usage.addCredit(usd, reason: reason)
            emit CreditGranted(id: self.id, usd: usd, reason: reason, creditUsdAfter: credit)
        }

        /// Gives the provider a new capability, for when somebody may have a copy: of the old one all die.
        access(WithdrawAccrued) fun renewCapability() {
            UsageBasedSubscriptions.giveToProvider(self.id, self.provider)
            emit ProviderCapabilityRenewed(id: self.id, provider: self.provider)
        }

        /// Asks for an event when what is not owed is below an amount, now or later; nil: never.
        access(VaultControls.Configure) fun setReminder(_ below: UFix64?) {
            self.controls.setReminder(below, free: self.funds.free())
        }

        access(VaultControls.Configure) fun setAutomaticPayment(_ enabled: Bool) {
            pre { !self.controls.closed: self.closedRefusal("setAutomaticPayment") }
            self.automaticPayment = enabled
            emit AutomaticPaymentSet(id: self.id, enabled: enabled)
            self.processAutomaticPayment()
        }

        /// Gives the vault to another owner at once, or if it has approvers proposes that and returns the proposal's
        /// number. To the owner itself: copies of its capabilities die. No reference to the vault outlives it.
        access(Transfer) fun transfer(to: Address): UInt64? {
            pre { !self.controls.closed: self.closedRefusal("transfer") }
            if let approvals = VaultApprovals.of(self.id) {
                let act = VaultApprovals.Act(kind: VaultApprovals.transfer, amount: nil, to: to, policy: nil)
                return approvals.propose(act)
            }
            UsageBasedSubscriptions.handOver(self.id, to: to)
            return nil
        }

        /// Takes back what was requested: an amount if the minimum deposit stays, or all that is not owed by now, which
        /// closes the vault.
        access(VaultControls.Reclaim) fun takeBack(): @{FungibleToken.Vault} {
            post {
                self.funds.accrued + self.funds.paid == before(self.funds.accrued + self.funds.paid)
                    && self.funds.isSound():
                    "UsageBasedSubscriptions.SubscriptionVault.takeBack: Cannot take back FLOW! "
                        .concat("What the provider earned would change.")
            }
            let requested = self.controls.useReturn().amount
            let free = self.funds.free()
            let least = UsageBasedSubscriptions.minimumDeposit
            let amount = VaultControls.returnable(requested, free: free, minimum: least)
            let refund <- self.funds.refund(amount)
            emit Refunded(id: self.id, amount: amount, to: self.customer, balanceAfter: self.funds.balance())
            self.controls.remind(before: free, after: self.funds.free())
            if requested == nil { self.close() }
            return <- refund
        }

        access(self) fun close() {
            let credit = self.usage.lapseCredit()
            self.controls.close()
            let debt = self.funds.forgive()
            self.payProvider()
            emit VaultClosed(
                id: self.id, creditUsdLapsed: credit, uncoveredLapsed: debt, balanceAfter: self.funds.balance()
            )
        }

        access(contract) fun deposit(from: @FlowToken.Vault) {
            pre {
                !self.controls.closed: "UsageBasedSubscriptions.SubscriptionVault.deposit: Cannot deposit! Vault "
                    .concat(self.id.toString()).concat(" is closed. Open another one.")
                from.balance > 0.0: "UsageBasedSubscriptions.SubscriptionVault.deposit: Cannot deposit 0 FLOW! "
                    .concat("Give an amount above 0.")
            }
            let amount = from.balance
            let covered = self.funds.deposit(from: <- from)
            emit Deposited(id: self.id, amount: amount, balanceAfter: self.funds.balance())
            if covered > 0.0 {
                emit DebtPaid(
                    id: self.id, amount: covered, accruedAfter: self.funds.accrued, uncoveredAfter: self.funds.uncovered
                )
            }
            self.processAutomaticPayment()
        }

        /// Prices and charges a reading. Returns why it can't be, or nil; never fails.
        access(contract) fun updateUsageData(
            _ reading: MeterReadings.Reading, usdPerFlow: UFix64, oracle: Address?, evidence: String
        ): String? {
            let limit = self.controls.limitUsd(charged: self.usage.meterOf(reading.period)?.chargedUsd ?? 0.0)
            let verdict = self.usage.assess(
                reading, terms: UsageBasedSubscriptions.borrowTerms(),
                graceSeconds: UsageBasedSubscriptions.graceSeconds, limitUsd: limit, usdPerFlow: usdPerFlow
            )
            if verdict.settlement == nil { return verdict.reason }
            if self.controls.closed { return "vault_closed" }
            if verdict.settlement!.flowDue > UFix64.max - self.funds.uncovered { return "out_of_range" }
            self.settle(verdict.settlement!, usdPerFlow: usdPerFlow, oracle: oracle, evidence: evidence)
            return nil
        }

        access(self) fun settle(
            _ settlement: VaultUsage.Settlement, usdPerFlow: UFix64, oracle: Address?, evidence: String
        ) {
            let reading = settlement.reading
            let price = settlement.price
            let freeBefore = self.funds.free()
            self.usage.settle(settlement, graceSeconds: UsageBasedSubscriptions.graceSeconds)
            let debt = self.funds.accrue(settlement.flowDue)
            emit ReadingSettled(
                id: self.id, period: reading.period, sequence: reading.sequence, models: reading.models,
                tokens: reading.tokens, totalTokens: price.totalTokens, root: reading.root,
                eventCount: reading.eventCount, scheduleVersion: settlement.scheduleVersion, priceUsd: price.usd,
                dueUsd: settlement.charge.dueUsd, chargedUsdAfter: settlement.charge.chargedUsd,
                creditUsdAfter: settlement.charge.creditUsd, usdPerFlow: usdPerFlow, flowDue: settlement.flowDue,
                accruedAfter: self.funds.accrued, uncoveredAfter: self.funds.uncovered,
                balanceAfter: self.funds.balance(), oracle: oracle, evidence: evidence
            )
            if settlement.tierBefore != price.tier {
                emit TierChanged(id: self.id, period: reading.period, from: settlement.tierBefore, to: price.tier)
            }
            if debt > 0.0 { emit DebtIncurred(id: self.id, amount: debt, uncoveredAfter: self.funds.uncovered) }
            self.controls.remind(before: freeBefore, after: self.funds.free())
            self.processAutomaticPayment()
        }

        /// Pays what accrued if the vault pays automatically.
        access(contract) fun processAutomaticPayment() {
            if self.automaticPayment { self.payProvider() }
        }

        /// Carries out a proposal that has its approvals; that to take FLOW back is used up by `takeBack`.
        access(contract) fun carryOut(_ act: VaultApprovals.Act) {
            switch act.kind {
                case VaultApprovals.payment:
                    self.processAutomaticPayment()
                case VaultApprovals.policy:
                    VaultApprovals.adopt(self.id, policy: act.policy, delaySeconds: self.controls.delaySeconds)
                default:
                    UsageBasedSubscriptions.handOver(self.id, to: act.to!)
            }
        }

        access(contract) fun changeCustomer(to: Address) {
            self.customer = to
            self.controls.cancelRequests()
            VaultApprovals.end(self.id)
        }

        access(self) fun pay(_ amount: UFix64): @FlowToken.Vault {
            VaultApprovals.of(self.id)?.count(amount)
            return <- self.funds.pay(amount)
        }

        /// Pays what accrued into the provider's own FLOW vault. Anything else behind the public path could run foreign
        /// code or fail, and undo a whole batch: then the FLOW stays accrued.
        access(self) fun payProvider() {
            let amount = self.withdrawable()
            let receiver = getAccount(self.provider).capabilities.borrow<&FlowToken.Vault>(/public/flowTokenReceiver)
            if amount == 0.0 || receiver == nil { return }
            receiver!.deposit(from: <- self.pay(amount))
            emit PaidAutomatically(id: self.id, amount: amount, to: self.provider, balanceAfter: self.funds.balance())
        }

        access(self) view fun closedRefusal(_ act: String): String {
            return "UsageBasedSubscriptions.SubscriptionVault.".concat(act).concat(": Cannot change the vault! Vault ")
                .concat(self.id.toString()).concat(" is closed, and nothing more is charged.")
        }

        init(id: UInt64, customer: Address, provider: Address, serviceName: String) {
            self.id = id
            self.customer = customer
            self.provider = provider
            self.serviceName = serviceName
            self.funds <- VaultFunds.createEmpty()
            self.usage <- VaultUsage.createEmpty()
            self.automaticPayment = false
            self.controls <- VaultControls.createControls(
                vaultId: id, delaySeconds: UsageBasedSubscriptions.settleDelaySeconds
            )
            self.extensions = {}
        }
    }

    /// Brings proven readings to their vaults. What it processed is remembered by the vaults: their last sequence.
    access(all) resource LiteLLMHandler: FlareFDCTriggers.Handler {
        /// Where a signature over a reading holds: chain, contract and deployment, a line each.
        access(all) let domain: String

        access(all) view fun lastSequence(_ subject: UInt64): UInt64 {
            return UsageBasedSubscriptions.vaultOf(subject)?.usage?.lastSequence
                ?? VaultDirectory.closedVault(subject)?.lastSequence ?? 0
        }

        access(all) fun message(_ payload: {FlareFDCTriggers.Payload}): [UInt8]? {
            let reading = payload as? MeterReadings.Reading
            return reading == nil ? nil : MeterReadings.message(reading!, domain: self.domain)
        }

        /// Settles a proven reading if it can be; else skips it.
        access(account) fun handle(_ trigger: FlareFDCTriggers.Trigger, submitter: Address?): Bool {
            let reading = trigger.payload as! MeterReadings.Reading
            let terms = UsageBasedSubscriptions.borrowTerms()
            let vault = UsageBasedSubscriptions.vaultOf(reading.vaultId)
            let wait = terms.rateRefusal()
            let reason = wait != nil ? wait : vault == nil
                ? (VaultDirectory.closedVault(reading.vaultId) == nil ? "unknown_vault" : "vault_closed")
                : vault!.updateUsageData(
                    reading, usdPerFlow: terms.currentRate()!.usdPerFlow, oracle: submitter,
                    evidence: FlareFDCTriggers.nameOf(trigger.proof.kind())
                )
            if reason != nil { self.skip(trigger, reason: reason!) }
            return reason == nil
        }

        access(account) fun skip(_ trigger: FlareFDCTriggers.Trigger, reason: String) {
            let reading = trigger.payload as! MeterReadings.Reading
            emit ReadingSkipped(id: reading.vaultId, period: reading.period, sequence: reading.sequence, reason: reason)
        }

        init() {
            self.domain = FlareFDCTriggers.chain.concat("\n").concat(UsageBasedSubscriptions.inboxAddress.toString())
                .concat("\n").concat(UsageBasedSubscriptions.deploymentId)
        }
    }

    /// Opens a vault with a first deposit of FLOW and returns its number. Owner and provider find their capabilities in
    /// this account's inbox.
    access(all) fun createSubscriptionVault(
        owner: Address, provider: Address, serviceName: String, initialDeposit: @{FungibleToken.Vault}
    ): UInt64 {
        pre {
            initialDeposit.getType() == Type<@FlowToken.Vault>():
                "UsageBasedSubscriptions.createSubscriptionVault: Cannot open a vault! The deposit is not FLOW. "
                    .concat("Deposit FLOW.")
            initialDeposit.balance >= self.minimumDeposit:
                "UsageBasedSubscriptions.createSubscriptionVault: Cannot open a vault! The deposit of "
                    .concat(initialDeposit.balance.toString()).concat(" FLOW is below the minimum. Deposit at least ")
                    .concat(self.minimumDeposit.toString()).concat(" FLOW.")
            serviceName.utf8.length > 0 && serviceName.utf8.length <= 128:
                "UsageBasedSubscriptions.createSubscriptionVault: Cannot open a vault! The service name is empty or "
                    .concat("longer than 128 bytes. Choose another name.")
            AccountStorage.hasRoomFor(AccountStorage.nextVault()):
                "UsageBasedSubscriptions.createSubscriptionVault: Cannot open a vault! ".concat(AccountStorage.shortage())
        }
        post {
            AccountStorage.hasRoomFor(0):
                "UsageBasedSubscriptions.createSubscriptionVault: Cannot open a vault! ".concat(AccountStorage.shortage())
            self.borrowVault(owner: owner, vaultId: result)!.funds.balance() == before(initialDeposit.balance):
                "UsageBasedSubscriptions.createSubscriptionVault: Cannot open a vault! Another amount would be in it."
        }
        let usedBefore = AccountStorage.used()
        self.vaultCount = self.vaultCount + 1
        let id = self.vaultCount
        let vault <- create SubscriptionVault(id: id, customer: owner, provider: provider, serviceName: serviceName)
        self.account.storage.save(<- vault, to: VaultDirectory.vaultPath(id))
        VaultDirectory.add(id, owner: owner, provider: provider)
        self.giveToOwner(id, owner)
        self.giveToProvider(id, provider)
        emit VaultOpened(
            id: id, owner: owner, provider: provider, serviceName: serviceName, deposit: initialDeposit.balance
        )
        self.deposit(vaultId: id, from: <- initialDeposit)
        AccountStorage.addVault(bytes: AccountStorage.used() - usedBefore)
        return id
    }

    /// Adds FLOW to a vault. Anyone may.
    access(all) fun deposit(vaultId: UInt64, from: @{FungibleToken.Vault}) {
        pre {
            from.getType() == Type<@FlowToken.Vault>():
                "UsageBasedSubscriptions.deposit: Cannot deposit! The deposit is not FLOW. Deposit FLOW."
            self.vaultOf(vaultId) != nil: "UsageBasedSubscriptions.deposit: Cannot deposit! There is no vault "
                .concat(vaultId.toString()).concat(", or it is closed. Check the number.")
        }
        self.vaultOf(vaultId)!.deposit(from: <- (from as! @FlowToken.Vault))
    }

    /// Carries out a proposal about a vault that has its approvals. Anyone may: what it does was proposed and approved.
    access(all) fun executeProposal(vaultId: UInt64, proposalId: UInt64) {
        pre {
            VaultApprovals.neededBy(vaultId).kindOf(proposalId) != VaultApprovals.takeBack:
                "UsageBasedSubscriptions.executeProposal: Cannot take FLOW back for the owner! "
                    .concat("The owner takes it with owner/take_back.")
        }
        self.vaultOf(vaultId)!.carryOut(VaultApprovals.neededBy(vaultId).useUp(proposalId))
    }

    /// A vault of an owner, for reading only. Fails for one that was closed and archived: only its totals are left.
    access(all) view fun borrowVault(owner: Address, vaultId: UInt64): &SubscriptionVault? {
        pre {
            VaultDirectory.closedVault(vaultId) == nil: "UsageBasedSubscriptions.borrowVault: Cannot borrow vault "
                .concat(vaultId.toString()).concat("! It is closed. Read what is left in VaultDirectory.closedVault.")
        }
        let vault = self.vaultOf(vaultId)
        return vault?.customer == owner ? vault : nil
    }

    /// A vault, for reading only.
    access(all) view fun vaultOf(_ vaultId: UInt64): &SubscriptionVault? {
        return self.account.storage.borrow<&SubscriptionVault>(from: VaultDirectory.vaultPath(vaultId))
    }

    /// Schedules, rate and providers, for reading only.
    access(all) view fun borrowTerms(): &BillingTerms.Terms {
        return self.account.storage.borrow<&BillingTerms.Terms>(from: self.TermsStoragePath)!
    }

    /// What a period's usage costs by model under the schedule of that period; nil above the largest UFix64.
    access(all) view fun calculateDynamicPrice(
        models: [String], tokens: [UInt64], period: UInt32
    ): UsagePricing.Price? {
        return UsagePricing.price(self.borrowTerms().scheduleFor(period), models: models, tokens: tokens)
    }

    /// A handler of metered usage. It holds nothing and only this account's contracts call it: anyone may have one.
    access(all) fun createLiteLLMHandler(): @LiteLLMHandler {
        return <- create LiteLLMHandler()
    }

    /// Gives a vault to its new owner at another path: capabilities and references of the old one find nothing.
    access(contract) fun handOver(_ id: UInt64, to: Address) {
        post { self.vaultOf(id)!.customer == to: "UsageBasedSubscriptions.handOver: Cannot hand over! It would stay." }
        let path = VaultDirectory.vaultPath(id)
        let vault <- self.account.storage.load<@SubscriptionVault>(from: path)!
        let from = vault.customer
        vault.changeCustomer(to: to)
        VaultDirectory.changeOwner(id, from: from, to: to, provider: vault.provider)
        self.account.storage.save(<- vault, to: VaultDirectory.vaultPath(id))
        // Cadence 1.2.1 can lose a retargeted controller, so the provider gets a new capability too.
        for controller in self.account.capabilities.storage.getControllers(forPath: path) {
            controller.delete()
        }
        self.giveToOwner(id, to)
        self.giveToProvider(id, self.vaultOf(id)!.provider)
        emit VaultTransferred(id: id, from: from, to: to)
    }

    /// Issues the owner's capability and puts it into the inbox, in place of one that waits there.
    access(self) fun giveToOwner(_ id: UInt64, _ owner: Address) {
        let capability = self.account.capabilities.storage.issue<
            auth(VaultControls.Configure, VaultControls.NameApprovers, VaultControls.Reclaim, Transfer)
            &SubscriptionVault
        >(VaultDirectory.vaultPath(id))
        self.account.inbox.publish(capability, name: VaultDirectory.ownerInboxName(id), recipient: owner)
    }

    /// The same for the provider. Whatever it was issued before is deleted.
    access(contract) fun giveToProvider(_ id: UInt64, _ provider: Address) {
        let path = VaultDirectory.vaultPath(id)
        let vaults = self.account.capabilities.storage
        for old in vaults.getControllers(forPath: path) {
            if old.borrowType == Type<auth(WithdrawAccrued) &SubscriptionVault>() { old.delete() }
        }
        let capability = vaults.issue<auth(WithdrawAccrued) &SubscriptionVault>(path)
        self.account.inbox.publish(capability, name: VaultDirectory.providerInboxName(id), recipient: provider)
    }

    init(graceSeconds: UInt64, noticeSeconds: UInt64, settleDelaySeconds: UInt64, minimumDeposit: UFix64) {
        self.TermsStoragePath = /storage/UsageBasedSubscriptionsTerms
        self.graceSeconds = graceSeconds
        self.settleDelaySeconds = settleDelaySeconds
        self.minimumDeposit = minimumDeposit
        self.handlerId = "litellm-usage"
        self.inboxAddress = self.account.address
        self.deploymentId = String.encodeHex(getCurrentBlock().id.toVariableSized())
            .concat("-").concat(self.account.address.toString())
        self.vaultCount = 0
        AccountStorage.setVaultGrowth(1_000 + MeterReadings.mostBytes(graceSeconds: graceSeconds))
        self.account.storage.save(<- BillingTerms.createTerms(noticeSeconds: noticeSeconds), to: self.TermsStoragePath)
    }
}
