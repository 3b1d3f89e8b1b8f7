// Generated from cadence/ by `npm run generate`. Do not edit.

export const accountArchiveVaults = {
  code: `import "VaultArchive"

/// Removes closed vaults from the contracts' account, so that their storage is free for others; their totals stay.
/// Signer: anyone. Effect: reports say what the vaults had; nothing else is left of them.
/// Before: each vault is closed and paid out, and its last month takes no more readings.
transaction(vaultIds: [UInt64]) {

    prepare(signer: &Account) {}

    execute {
        for id in vaultIds {
            VaultArchive.archive(id)
        }
    }
}
`,
  parameters: [
    { name: 'vaultIds', type: '[UInt64]' },
  ],
} as const

export const accountCreateAccount = {
  code: `import "FlowToken"
import "FungibleToken"

/// Creates an account with one P-256 key of full weight and gives it FLOW.
/// Signer: who pays for it; must hold the amount. The new address is in the event flow.AccountCreated.
transaction(publicKey: String, amount: UFix64) {

    /// The payer's FLOW for the new account.
    let payment: @{FungibleToken.Vault}

    /// Where the new account receives it.
    let receiver: &{FungibleToken.Receiver}

    prepare(payer: auth(BorrowValue) &Account) {
        let account = Account(payer: payer)
        account.keys.add(
            publicKey: PublicKey(
                publicKey: publicKey.decodeHex(),
                signatureAlgorithm: SignatureAlgorithm.ECDSA_P256
            ),
            hashAlgorithm: HashAlgorithm.SHA3_256,
            weight: 1000.0
        )
        let vault = payer.storage.borrow<auth(FungibleToken.Withdraw) &FlowToken.Vault>(from: /storage/flowTokenVault)
            ?? panic("create_account: Cannot pay! The signer has no FLOW vault. Sign with a funded account.")
        self.payment <- vault.withdraw(amount: amount)
        self.receiver = account.capabilities.borrow<&{FungibleToken.Receiver}>(/public/flowTokenReceiver)
            ?? panic("create_account: Cannot pay! The new account has no FLOW receiver.")
    }

    execute {
        self.receiver.deposit(from: <-self.payment)
    }
}
`,
  parameters: [
    { name: 'publicKey', type: 'String' },
    { name: 'amount', type: 'UFix64' },
  ],
} as const

export const adminAppointOracle = {
  code: `import "MeterOracles"

/// Lets an account hand in readings, after the notice time, that are signed by this key: a P-256 point of 128 hex
/// digits.
/// Signer: the admin. Effect: the account finds its capability in the inbox.
/// Before: the account is no oracle.
transaction(address: Address, publicKey: String) {

    let registry: auth(MeterOracles.AppointOracle) &MeterOracles.OracleRegistry

    prepare(admin: auth(BorrowValue) &Account) {
        self.registry = admin.storage.borrow<auth(MeterOracles.AppointOracle) &MeterOracles.OracleRegistry>(
            from: MeterOracles.RegistryStoragePath
        ) ?? panic("Cannot appoint an oracle! The account is not the admin's. Sign with the admin's account.")
    }

    execute {
        self.registry.appoint(address, publicKey: publicKey)
    }

    post {
        MeterOracles.isOracle(address): "Cannot appoint an oracle! The appointment would be lost."
    }
}
`,
  parameters: [
    { name: 'address', type: 'Address' },
    { name: 'publicKey', type: 'String' },
  ],
} as const

export const adminIssueRateSetter = {
  code: `import "BillingTerms"
import "UsageBasedSubscriptions"

/// Lets an account set the rate, and nothing else.
/// Signer: the admin. Effect: the account finds its capability in the inbox.
/// Before: the account was given none, or it was revoked.
transaction(address: Address) {

    prepare(
        admin: auth(GetStorageCapabilityController, IssueStorageCapabilityController, PublishInboxCapability) &Account
    ) {
        let path = UsageBasedSubscriptions.TermsStoragePath
        let name = "BillingTerms.rate.".concat(address.toString())
        assert(
            admin.storage.type(at: path) == Type<@BillingTerms.Terms>(),
            message: "Cannot issue the right to set the rate! The account is not the admin's. "
                .concat("Sign with the admin's account.")
        )
        for controller in admin.capabilities.storage.getControllers(forPath: path) {
            assert(controller.tag != name, message: "Cannot issue the right to set the rate! "
                .concat(address.toString()).concat(" has it already. Nothing has to be done."))
        }
        let capability = admin.capabilities.storage.issue<auth(BillingTerms.SetRate) &BillingTerms.Terms>(path)
        admin.capabilities.storage.getController(byCapabilityID: capability.id)!.setTag(name)
        admin.inbox.publish(capability, name: name, recipient: address)
    }
}
`,
  parameters: [
    { name: 'address', type: 'Address' },
  ],
} as const

export const adminNameRateSource = {
  code: `import "BillingTerms"
import "UsageBasedSubscriptions"

/// Names the source that rates are taken from after the notice time. Until then they come from where they did.
/// Signer: the admin. Effect: the source waits; one that waited gives way. A rate of the source "fixed" doesn't age.
/// Before: nothing.
transaction(source: String) {

    let terms: auth(BillingTerms.NameRateSource) &BillingTerms.Terms

    prepare(admin: auth(BorrowValue) &Account) {
        self.terms = admin.storage.borrow<auth(BillingTerms.NameRateSource) &BillingTerms.Terms>(
            from: UsageBasedSubscriptions.TermsStoragePath
        ) ?? panic("Cannot name the source of the rate! The account is not the admin's. "
            .concat("Sign with the admin's account."))
    }

    execute {
        self.terms.nameRateSource(source)
    }

    post {
        (self.terms.nextRateSource() ?? self.terms.rateSource()!).name == source:
            "Cannot name the source of the rate! The name would be lost."
    }
}
`,
  parameters: [
    { name: 'source', type: 'String' },
  ],
} as const

export const adminPublishSchedule = {
  code: `import "BillingTerms"
import "UsageBasedSubscriptions"
import "UsagePricing"

/// Publishes prices for the periods from \`effectiveFrom\` (YYYYMM) on. Tiers and multipliers are given by position;
/// the last tier's bound is nil, the last multiplier has no parts, and so matches every model.
/// Signer: the admin. Effect: a new version; periods before keep theirs.
/// Before: the period starts after the notice time and within 24 months, and not before that of the last published
/// schedule.
transaction(
    effectiveFrom: UInt32,
    mode: String,
    tierNames: [String],
    tierUpTo: [UInt64?],
    tierUsdPer1K: [UFix64],
    tierDiscountBps: [UInt64],
    multiplierParts: [[String]],
    multiplierBps: [UInt64]
) {

    let terms: auth(BillingTerms.PublishSchedule) &BillingTerms.Terms

    prepare(admin: auth(BorrowValue) &Account) {
        self.terms = admin.storage.borrow<auth(BillingTerms.PublishSchedule) &BillingTerms.Terms>(
            from: UsageBasedSubscriptions.TermsStoragePath
        ) ?? panic("Cannot publish a schedule! The account is not the admin's. Sign with the admin's account.")
    }

    pre {
        tierUpTo.length == tierNames.length && tierUsdPer1K.length == tierNames.length
            && tierDiscountBps.length == tierNames.length && multiplierBps.length == multiplierParts.length:
            "Cannot publish a schedule! Its lists differ in length. Give a name, bound, price and discount for each "
                .concat("tier, and parts and basis points for each multiplier.")
    }

    execute {
        let tiers: [UsagePricing.Tier] = []
        for i, name in tierNames {
            tiers.append(UsagePricing.Tier(
                name: name, upTo: tierUpTo[i], usdPer1K: tierUsdPer1K[i], discountBps: tierDiscountBps[i]
            ))
        }
        let multipliers: [UsagePricing.Multiplier] = []
        for i, parts in multiplierParts {
            multipliers.append(UsagePricing.Multiplier(parts: parts, bps: multiplierBps[i]))
        }
        self.terms.publishSchedule(effectiveFrom: effectiveFrom, mode: mode, tiers: tiers, multipliers: multipliers)
    }

    post {
        self.terms.scheduleFor(effectiveFrom).mode == mode: "Cannot publish a schedule! It would not take effect."
    }
}
`,
  parameters: [
    { name: 'effectiveFrom', type: 'UInt32' },
    { name: 'mode', type: 'String' },
    { name: 'tierNames', type: '[String]' },
    { name: 'tierUpTo', type: '[UInt64?]' },
    { name: 'tierUsdPer1K', type: '[UFix64]' },
    { name: 'tierDiscountBps', type: '[UInt64]' },
    { name: 'multiplierParts', type: '[[String]]' },
    { name: 'multiplierBps', type: '[UInt64]' },
  ],
} as const

export const adminRegisterHandler = {
  code: `import "FlareFDCTriggers"
import "UsageBasedSubscriptions"

/// Registers the handler of metered usage, so that oracles' readings reach the vaults.
/// Signer: the admin. Effect: triggers for \`litellm-usage\` are handled. Once per deployment.
/// Before: nothing.
transaction {

    let registry: auth(FlareFDCTriggers.RegisterHandler) &FlareFDCTriggers.Registry

    prepare(admin: auth(BorrowValue) &Account) {
        self.registry = admin.storage.borrow<auth(FlareFDCTriggers.RegisterHandler) &FlareFDCTriggers.Registry>(
            from: FlareFDCTriggers.RegistryStoragePath
        ) ?? panic("Cannot register the handler! The account is not the admin's. Sign with the admin's account.")
    }

    execute {
        self.registry.registerHandler(
            handlerId: UsageBasedSubscriptions.handlerId,
            handler: <- UsageBasedSubscriptions.createLiteLLMHandler(),
            triggerTypes: [FlareFDCTriggers.TriggerType.DefiProtocolEvent]
        )
    }
}
`,
  parameters: [],
} as const

export const adminRegisterProvider = {
  code: `import "BillingTerms"
import "UsageBasedSubscriptions"

/// Registers a provider: after the notice time its vaults may get keys.
/// Signer: the admin. Effect: the provider is listed.
/// Before: the provider is not registered.
transaction(address: Address) {

    let terms: auth(BillingTerms.RegisterProvider) &BillingTerms.Terms

    prepare(admin: auth(BorrowValue) &Account) {
        self.terms = admin.storage.borrow<auth(BillingTerms.RegisterProvider) &BillingTerms.Terms>(
            from: UsageBasedSubscriptions.TermsStoragePath
        ) ?? panic("Cannot register a provider! The account is not the admin's. Sign with the admin's account.")
    }

    execute {
        self.terms.registerProvider(address)
    }
}
`,
  parameters: [
    { name: 'address', type: 'Address' },
  ],
} as const

export const adminRemoveOracle = {
  code: `import "MeterOracles"

/// Ends an oracle at once: what it holds of the capability works no longer.
/// Signer: the admin. Effect: readings of this account are refused.
/// Before: the account is an oracle.
transaction(address: Address) {

    let registry: auth(MeterOracles.AppointOracle) &MeterOracles.OracleRegistry

    prepare(admin: auth(BorrowValue) &Account) {
        self.registry = admin.storage.borrow<auth(MeterOracles.AppointOracle) &MeterOracles.OracleRegistry>(
            from: MeterOracles.RegistryStoragePath
        ) ?? panic("Cannot remove an oracle! The account is not the admin's. Sign with the admin's account.")
    }

    execute {
        self.registry.remove(address)
    }

    post {
        !MeterOracles.isOracle(address): "Cannot remove an oracle! It would stay one."
    }
}
`,
  parameters: [
    { name: 'address', type: 'Address' },
  ],
} as const

export const adminRemoveProvider = {
  code: `import "BillingTerms"
import "UsageBasedSubscriptions"

/// Removes a provider at once: its vaults get no further keys.
/// Signer: the admin. Effect: what was used is still settled and can be withdrawn.
/// Before: the provider is registered.
transaction(address: Address) {

    let terms: auth(BillingTerms.RegisterProvider) &BillingTerms.Terms

    prepare(admin: auth(BorrowValue) &Account) {
        self.terms = admin.storage.borrow<auth(BillingTerms.RegisterProvider) &BillingTerms.Terms>(
            from: UsageBasedSubscriptions.TermsStoragePath
        ) ?? panic("Cannot remove a provider! The account is not the admin's. Sign with the admin's account.")
    }

    execute {
        self.terms.removeProvider(address)
    }

    post {
        !self.terms.isRegistered(address): "Cannot remove a provider! It would stay registered."
    }
}
`,
  parameters: [
    { name: 'address', type: 'Address' },
  ],
} as const

export const adminRemoveRateSource = {
  code: `import "BillingTerms"
import "UsageBasedSubscriptions"

/// Takes rates from no source, at once.
/// Signer: the admin. Effect: readings wait until another source was named, its notice time is over and it gave a rate.
/// Before: a source is named.
transaction {

    let terms: auth(BillingTerms.NameRateSource) &BillingTerms.Terms

    prepare(admin: auth(BorrowValue) &Account) {
        self.terms = admin.storage.borrow<auth(BillingTerms.NameRateSource) &BillingTerms.Terms>(
            from: UsageBasedSubscriptions.TermsStoragePath
        ) ?? panic("Cannot remove the source of the rate! The account is not the admin's. "
            .concat("Sign with the admin's account."))
    }

    execute {
        self.terms.removeRateSource()
    }

    post {
        self.terms.rateRefusal() != nil: "Cannot remove the source of the rate! Readings would still settle."
    }
}
`,
  parameters: [],
} as const

export const adminRevokeRateSetter = {
  code: `import "BillingTerms"
import "UsageBasedSubscriptions"

/// Ends an account's right to set the rate at once: what it holds of the capability, and every copy, works no longer.
/// Signer: the admin. Effect: the account sets no rate; the rate that it set stays.
/// Before: admin/issue_rate_setter for the account.
transaction(address: Address) {

    prepare(admin: auth(GetStorageCapabilityController, UnpublishInboxCapability) &Account) {
        let path = UsageBasedSubscriptions.TermsStoragePath
        let name = "BillingTerms.rate.".concat(address.toString())
        assert(
            admin.storage.type(at: path) == Type<@BillingTerms.Terms>(),
            message: "Cannot revoke the right to set the rate! The account is not the admin's. "
                .concat("Sign with the admin's account.")
        )
        var revoked = false
        for controller in admin.capabilities.storage.getControllers(forPath: path) {
            if controller.tag == name {
                controller.delete()
                revoked = true
            }
        }
        if !revoked {
            panic("Cannot revoke the right to set the rate! ".concat(address.toString())
                .concat(" does not have it. Check the address."))
        }
        admin.inbox.unpublish<auth(BillingTerms.SetRate) &BillingTerms.Terms>(name)
    }
}
`,
  parameters: [
    { name: 'address', type: 'Address' },
  ],
} as const

export const adminSetRate = {
  code: `import "BillingTerms"
import "UsageBasedSubscriptions"

/// Sets the USD that one FLOW is worth, for the charges from now on. A rate of the source "fixed" doesn't age.
/// Signer: the admin. Effect: charges become FLOW at this rate; what accrued before stays as it is.
/// Before: the source is the one in force (admin/name_rate_source); the rate moves within the bounded jump.
transaction(usdPerFlow: UFix64, source: String) {

    let terms: auth(BillingTerms.SetRate) &BillingTerms.Terms

    prepare(admin: auth(BorrowValue) &Account) {
        self.terms = admin.storage.borrow<auth(BillingTerms.SetRate) &BillingTerms.Terms>(
            from: UsageBasedSubscriptions.TermsStoragePath
        ) ?? panic("Cannot set the rate! The account is not the admin's. Sign with the admin's account.")
    }

    execute {
        self.terms.setRate(usdPerFlow: usdPerFlow, source: source)
    }

    post {
        self.terms.rateRefusal() == nil: "Cannot set the rate! Nothing could settle at it."
    }
}
`,
  parameters: [
    { name: 'usdPerFlow', type: 'UFix64' },
    { name: 'source', type: 'String' },
  ],
} as const

export const approverApprove = {
  code: `import "UsageBasedSubscriptions"
import "VaultApprovals"

/// Agrees to a proposal of a vault; the last approval that it needs carries it out, except that the owner itself takes
/// FLOW back.
/// Signer: one of the vault's approvers. Effect: the approval counts until the proposal expires.
/// Before: approver/claim_seat, and a proposal that is open.
transaction(vaultId: UInt64, proposalId: UInt64) {

    let seat: auth(VaultApprovals.Approve) &VaultApprovals.Seat

    prepare(approver: auth(CopyValue) &Account) {
        let capability = approver.storage.copy<Capability<auth(VaultApprovals.Approve) &VaultApprovals.Seat>>(
            from: VaultApprovals.capabilityPath(vaultId)
        ) ?? panic("Cannot approve! The account has no seat at vault ".concat(vaultId.toString())
            .concat(". Sign with an approver's account that claimed its seat."))
        self.seat = capability.borrow() ?? panic("Cannot approve! The account is no approver of vault "
            .concat(vaultId.toString()).concat(" any more."))
    }

    execute {
        self.seat.approve(proposalId)
        let approvals = VaultApprovals.of(vaultId)!
        if approvals.isApproved(proposalId) && approvals.kindOf(proposalId) != VaultApprovals.takeBack {
            UsageBasedSubscriptions.executeProposal(vaultId: vaultId, proposalId: proposalId)
        }
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
    { name: 'proposalId', type: 'UInt64' },
  ],
} as const

export const approverClaimSeat = {
  code: `import "UsageBasedSubscriptions"
import "VaultApprovals"

/// Takes the capability to approve proposals of a vault.
/// Signer: one of the vault's approvers. Effect: the signer holds the capability; a dead one is replaced. Repeating it
/// changes nothing.
/// Before: the vault's owner named the signer.
transaction(vaultId: UInt64) {

    prepare(approver: auth(ClaimInboxCapability, LoadValue, SaveValue) &Account) {
        let path = VaultApprovals.capabilityPath(vaultId)
        let claimed = approver.inbox.claim<auth(VaultApprovals.Approve) &VaultApprovals.Seat>(
            VaultApprovals.inboxName(vaultId, approver.address),
            provider: UsageBasedSubscriptions.inboxAddress
        )
        if claimed == nil {
            if approver.storage.type(at: path) != nil { return }
            panic("Cannot claim the seat at vault ".concat(vaultId.toString())
                .concat("! Nothing waits for this account. Ask the vault's owner to name it."))
        }
        approver.storage.load<Capability>(from: path)
        approver.storage.save(claimed!, to: path)
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
  ],
} as const

export const deploymentAddContract = {
  code: `/// Deploys a contract whose \`init\` takes no arguments to the signer's account.
/// Signer: the account that holds the project's contracts. The contract must not be there yet.
transaction(name: String, code: String) {

    prepare(signer: auth(AddContract) &Account) {
        signer.contracts.add(name: name, code: code.utf8)
    }
}
`,
  parameters: [
    { name: 'name', type: 'String' },
    { name: 'code', type: 'String' },
  ],
} as const

export const deploymentAddSubscriptions = {
  code: `/// Deploys UsageBasedSubscriptions to the signer's account, with the terms that are fixed from then on.
/// Signer: the account that holds the project's contracts; those that it imports must be there.
/// Effect: the signer holds the admin's resources.
transaction(
    code: String,
    graceSeconds: UInt64,
    noticeSeconds: UInt64,
    settleDelaySeconds: UInt64,
    minimumDeposit: UFix64
) {

    prepare(signer: auth(AddContract) &Account) {
        signer.contracts.add(
            name: "UsageBasedSubscriptions",
            code: code.utf8,
            graceSeconds,
            noticeSeconds,
            settleDelaySeconds,
            minimumDeposit
        )
    }
}
`,
  parameters: [
    { name: 'code', type: 'String' },
    { name: 'graceSeconds', type: 'UInt64' },
    { name: 'noticeSeconds', type: 'UInt64' },
    { name: 'settleDelaySeconds', type: 'UInt64' },
    { name: 'minimumDeposit', type: 'UFix64' },
  ],
} as const

export const deploymentUpdateContract = {
  code: `/// Replaces the code of a contract on the signer's account. Cadence refuses a change that stored data cannot survive.
/// Signer: the account that holds the project's contracts. The contract must be there.
transaction(name: String, code: String) {

    prepare(signer: auth(UpdateContract) &Account) {
        signer.contracts.update(name: name, code: code.utf8)
    }
}
`,
  parameters: [
    { name: 'name', type: 'String' },
    { name: 'code', type: 'String' },
  ],
} as const

export const oracleClaimOracle = {
  code: `import "MeterOracles"
import "UsageBasedSubscriptions"

/// Takes the capability to hand in readings.
/// Signer: an appointed oracle. Effect: the signer holds the capability; an older one, of an appointment that ended, is
/// replaced. Repeating it changes nothing.
/// Before: admin/appoint_oracle for the signer.
transaction {

    prepare(oracle: auth(ClaimInboxCapability, LoadValue, SaveValue) &Account) {
        let claimed = oracle.inbox.claim<auth(MeterOracles.SubmitReading) &MeterOracles.ReadingDesk>(
            MeterOracles.inboxName(oracle.address),
            provider: UsageBasedSubscriptions.inboxAddress
        )
        if claimed == nil {
            if oracle.storage.type(at: MeterOracles.CapabilityStoragePath) != nil { return }
            panic("Cannot claim the oracle's capability! Nothing waits for this account. Ask the admin to appoint it.")
        }
        oracle.storage.load<Capability<auth(MeterOracles.SubmitReading) &MeterOracles.ReadingDesk>>(
            from: MeterOracles.CapabilityStoragePath
        )
        oracle.storage.save(claimed!, to: MeterOracles.CapabilityStoragePath)
    }
}
`,
  parameters: [],
} as const

export const oracleSubmitReadings = {
  code: `import "FlareFDCTriggers"
import "MeterOracles"
import "MeterReadings"

/// Hands in readings, one per position of the arrays. A reading that can't be settled is skipped with an event that
/// says why; the others settle. Each comes with the signature of the oracle's registered key as two numbers, r and s.
/// Signer: an oracle. Effect: vaults owe, or pay, for what was used. Repeating a reading changes nothing.
/// Before: oracle/claim_oracle.
transaction(
    vaultIds: [UInt64],
    periods: [UInt32],
    sequences: [UInt64],
    models: [[String]],
    tokens: [[UInt64]],
    roots: [String],
    eventCounts: [UInt64],
    signatureRs: [UInt256],
    signatureSs: [UInt256]
) {

    let desk: auth(MeterOracles.SubmitReading) &MeterOracles.ReadingDesk
    let readings: [MeterReadings.Reading]
    let signatures: [FlareFDCTriggers.OracleSignature]

    prepare(oracle: auth(CopyValue) &Account) {
        let capability = oracle.storage.copy<Capability<auth(MeterOracles.SubmitReading) &MeterOracles.ReadingDesk>>(
            from: MeterOracles.CapabilityStoragePath
        ) ?? panic("Cannot submit readings! The account is no oracle. Claim the capability after the appointment.")
        self.desk = capability.borrow()
            ?? panic("Cannot submit readings! The oracle was removed. Ask the admin to appoint it again.")
        self.readings = []
        self.signatures = []
        for i, vaultId in vaultIds {
            self.readings.append(MeterReadings.Reading(
                vaultId: vaultId,
                period: periods[i],
                sequence: sequences[i],
                models: models[i],
                tokens: tokens[i],
                root: roots[i],
                eventCount: eventCounts[i]
            ))
            self.signatures.append(FlareFDCTriggers.OracleSignature(r: signatureRs[i], s: signatureSs[i]))
        }
    }

    execute {
        self.desk.updateUsageData(self.readings, signatures: self.signatures)
    }
}
`,
  parameters: [
    { name: 'vaultIds', type: '[UInt64]' },
    { name: 'periods', type: '[UInt32]' },
    { name: 'sequences', type: '[UInt64]' },
    { name: 'models', type: '[[String]]' },
    { name: 'tokens', type: '[[UInt64]]' },
    { name: 'roots', type: '[String]' },
    { name: 'eventCounts', type: '[UInt64]' },
    { name: 'signatureRs', type: '[UInt256]' },
    { name: 'signatureSs', type: '[UInt256]' },
  ],
} as const

export const ownerBuyCredits = {
  code: `import "FungibleToken"
import "FlowToken"

/// Sends FLOW to the operator's treasury, which turns it into credits of the signer's account.
/// Signer: who buys credits. Effect: the amount leaves the signer's FLOW vault. What it is worth in USD is decided by
/// the rate of the block.
/// Before: the signer has the amount, and is not the treasury: what that pays itself credits nobody.
transaction(amount: UFix64, treasury: Address) {

    let payment: @{FungibleToken.Vault}
    let receiver: &{FungibleToken.Receiver}

    prepare(buyer: auth(BorrowValue) &Account) {
        if buyer.address == treasury {
            panic("Cannot buy credits! The account ".concat(treasury.toString())
                .concat(" is the treasury itself. Pay from another account."))
        }
        let flow = buyer.storage.borrow<auth(FungibleToken.Withdraw) &FlowToken.Vault>(from: /storage/flowTokenVault)
            ?? panic("Cannot buy credits! The account has no FLOW vault. Use an account that holds FLOW.")
        if flow.balance < amount {
            panic("Cannot buy credits! The account holds ".concat(flow.balance.toString())
                .concat(" FLOW. Pay less, or add FLOW first."))
        }
        self.receiver = getAccount(treasury).capabilities.borrow<&{FungibleToken.Receiver}>(/public/flowTokenReceiver)
            ?? panic("Cannot buy credits! The treasury ".concat(treasury.toString())
                .concat(" takes no FLOW. Tell the operator."))
        self.payment <- flow.withdraw(amount: amount)
    }

    pre {
        amount > 0.0: "Cannot buy credits for 0 FLOW! Give an amount above 0."
    }

    execute {
        self.receiver.deposit(from: <- self.payment)
    }
}
`,
  parameters: [
    { name: 'amount', type: 'UFix64' },
    { name: 'treasury', type: 'Address' },
  ],
} as const

export const ownerBuyCreditsFromVault = {
  code: `import "FungibleToken"
import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Takes back the FLOW that was requested and sends it to the operator's treasury, which turns it into credits of the
/// owner's account: an amount if the minimum deposit stays, or all that is not owed by now, which closes the vault.
/// Signer: the vault's owner. Effect: the FLOW leaves the vault. What it is worth in USD is decided by the rate of the
/// block.
/// Before: owner/request_return, and the settle delay since.
transaction(vaultId: UInt64, treasury: Address) {

    let vault: auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
    let receiver: &{FungibleToken.Receiver}
    let owedBefore: UFix64

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot buy credits from vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot buy credits from vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
        self.receiver = getAccount(treasury).capabilities.borrow<&{FungibleToken.Receiver}>(/public/flowTokenReceiver)
            ?? panic("Cannot buy credits! The treasury ".concat(treasury.toString())
                .concat(" takes no FLOW. Tell the operator."))
        self.owedBefore = self.vault.funds.accrued + self.vault.funds.paid
    }

    execute {
        let payment <- self.vault.takeBack()
        if payment.balance == 0.0 {
            panic("Cannot buy credits from vault ".concat(vaultId.toString())
                .concat("! All of its FLOW is owed by now. Nothing was changed."))
        }
        self.receiver.deposit(from: <- payment)
    }

    post {
        self.vault.funds.accrued + self.vault.funds.paid == self.owedBefore:
            "Cannot buy credits! What the provider earned would change."
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
    { name: 'treasury', type: 'Address' },
  ],
} as const

export const ownerCancelReturn = {
  code: `import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Withdraws a request to take FLOW back or to close the vault.
/// Signer: the vault's owner. Effect: the vault goes on as before.
/// Before: owner/request_return.
transaction(vaultId: UInt64) {

    let vault: auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot cancel the request of vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot cancel the request of vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.controls.cancelReturn()
    }

    post {
        self.vault.controls.requestedReturn() == nil: "Cannot cancel the request! It would stay."
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
  ],
} as const

export const ownerClaimVault = {
  code: `import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Takes the owner's capability of a vault that somebody else opened for the signer or transferred to it.
/// Signer: the vault's owner. Effect: the signer holds the vault's capability; a dead one is replaced. Repeating it
/// changes nothing.
/// Before: the vault was opened for the signer, or transferred to it.
transaction(vaultId: UInt64) {

    prepare(customer: auth(ClaimInboxCapability, LoadValue, SaveValue) &Account) {
        let path = VaultDirectory.ownerCapabilityPath(vaultId)
        let capability = customer.inbox.claim<
            auth(VaultControls.Configure, VaultControls.NameApprovers, VaultControls.Reclaim,
                UsageBasedSubscriptions.Transfer) &UsageBasedSubscriptions.SubscriptionVault
        >(VaultDirectory.ownerInboxName(vaultId), provider: UsageBasedSubscriptions.inboxAddress)
        if capability == nil {
            if UsageBasedSubscriptions.vaultOf(vaultId)?.customer == customer.address
                && customer.storage.type(at: path) != nil { return }
            panic("Cannot claim vault ".concat(vaultId.toString())
                .concat("! Nothing waits for this account. Check the number and the account."))
        }
        customer.storage.load<Capability>(from: path)
        customer.storage.save(capability!, to: path)
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
  ],
} as const

export const ownerCreateSubscription = {
  code: `import "FungibleToken"
import "FlowToken"
import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Opens a vault for the signer that pays \`provider\` for metered use, with a first deposit.
/// Signer: the customer. Effect: the deposit leaves the signer's FLOW vault; the signer holds the vault's capability.
/// Before: the signer has the deposit, which is at least the minimum.
transaction(provider: Address, serviceName: String, deposit: UFix64) {

    let customer: auth(ClaimInboxCapability, SaveValue) &Account
    let payment: @{FungibleToken.Vault}
    let balanceBefore: UFix64
    let balanceAfter: UFix64

    prepare(customer: auth(BorrowValue, ClaimInboxCapability, SaveValue) &Account) {
        let flow = customer.storage.borrow<auth(FungibleToken.Withdraw) &FlowToken.Vault>(from: /storage/flowTokenVault)
            ?? panic("Cannot open a vault! The account has no FLOW vault. Use an account that holds FLOW.")
        if flow.balance < deposit {
            panic("Cannot open a vault! The account holds ".concat(flow.balance.toString())
                .concat(" FLOW. Deposit less, or add FLOW first."))
        }
        self.customer = customer
        self.balanceBefore = flow.balance
        self.payment <- flow.withdraw(amount: deposit)
        self.balanceAfter = flow.balance
    }

    execute {
        let id = UsageBasedSubscriptions.createSubscriptionVault(
            owner: self.customer.address,
            provider: provider,
            serviceName: serviceName,
            initialDeposit: <- self.payment
        )
        let capability = self.customer.inbox.claim<
            auth(VaultControls.Configure, VaultControls.NameApprovers, VaultControls.Reclaim,
                UsageBasedSubscriptions.Transfer) &UsageBasedSubscriptions.SubscriptionVault
        >(VaultDirectory.ownerInboxName(id), provider: UsageBasedSubscriptions.inboxAddress)
            ?? panic("Cannot open a vault! Its capability is not in the inbox. Nothing was changed; try again.")
        self.customer.storage.save(capability, to: VaultDirectory.ownerCapabilityPath(id))
    }

    post {
        self.balanceBefore - self.balanceAfter == deposit: "Cannot open a vault! Another amount would leave."
        self.customer.storage.used <= self.customer.storage.capacity:
            "Cannot open a vault! The account has no room for the vault's capability. Add FLOW to it."
    }
}
`,
  parameters: [
    { name: 'provider', type: 'Address' },
    { name: 'serviceName', type: 'String' },
    { name: 'deposit', type: 'UFix64' },
  ],
} as const

export const ownerDeposit = {
  code: `import "FungibleToken"
import "FlowToken"
import "UsageBasedSubscriptions"

/// Adds FLOW to a vault; debt is paid from it first.
/// Signer: anyone, usually the customer. Effect: the amount leaves the signer's FLOW vault.
/// Before: the vault exists and isn't closed; the signer has the amount.
transaction(vaultId: UInt64, amount: UFix64) {

    let payment: @{FungibleToken.Vault}
    let depositsBefore: UFix64

    prepare(payer: auth(BorrowValue) &Account) {
        let flow = payer.storage.borrow<auth(FungibleToken.Withdraw) &FlowToken.Vault>(from: /storage/flowTokenVault)
            ?? panic("Cannot deposit! The account has no FLOW vault. Use an account that holds FLOW.")
        if flow.balance < amount {
            panic("Cannot deposit! The account holds ".concat(flow.balance.toString())
                .concat(" FLOW. Deposit less, or add FLOW first."))
        }
        let vault = UsageBasedSubscriptions.vaultOf(vaultId)
        self.depositsBefore = vault?.funds?.deposits ?? 0.0
        self.payment <- flow.withdraw(amount: amount)
    }

    execute {
        UsageBasedSubscriptions.deposit(vaultId: vaultId, from: <- self.payment)
    }

    post {
        UsageBasedSubscriptions.vaultOf(vaultId)!.funds.deposits == self.depositsBefore + amount:
            "Cannot deposit! The vault would not hold the amount."
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
    { name: 'amount', type: 'UFix64' },
  ],
} as const

export const ownerPause = {
  code: `import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Pauses a vault: nothing accrues.
/// Signer: the vault's owner. Effect: after the settle delay, until owner/resume.
/// Before: the signer holds the vault's capability; the vault is neither closed nor paused.
transaction(vaultId: UInt64) {

    let vault: auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot pause vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot pause vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.controls.pause()
    }

    post {
        self.vault.controls.pausedFrom != nil: "Cannot pause! The vault would go on."
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
  ],
} as const

export const ownerRequestReturn = {
  code: `import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Announces that the owner will take FLOW back: an amount, or (nil) all that is not owed, and close the vault.
/// Signer: the vault's owner. Effect: owner/take_back works after the settle delay, and if the vault has approvers once
/// they agreed; an earlier request is replaced.
/// Before: the signer holds the vault's capability; the vault isn't closed. An amount leaves the minimum deposit.
transaction(vaultId: UInt64, amount: UFix64?) {

    let vault: auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot take FLOW back from vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot take FLOW back from vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.controls.requestReturn(amount: amount)
        // What can't be given now is refused now, and not after the delay.
        VaultControls.returnable(
            amount, free: self.vault.funds.free(), minimum: UsageBasedSubscriptions.minimumDeposit
        )
    }

    post {
        self.vault.controls.requestedReturn() != nil: "Cannot take FLOW back! The request would be lost."
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
    { name: 'amount', type: 'UFix64?' },
  ],
} as const

export const ownerResume = {
  code: `import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Ends a vault's pause. What the next reading says was used meanwhile falls due.
/// Signer: the vault's owner. Effect: at once.
/// Before: owner/pause.
transaction(vaultId: UInt64) {

    let vault: auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot resume vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot resume vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.controls.resume()
    }

    post {
        self.vault.controls.pausedFrom == nil: "Cannot resume! The vault would stay paused."
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
  ],
} as const

export const ownerSetApprovers = {
  code: `import "UsageBasedSubscriptions"
import "VaultApprovals"
import "VaultControls"
import "VaultDirectory"

/// Names who must agree before FLOW leaves the vault: \`required\` of the approvers, for what the owner takes and for
/// what the provider is paid above \`threshold\` FLOW a period (nil: any amount without them). No approvers: end it.
/// Signer: the vault's owner. Effect: the first time at once; then a proposal that the approvers of now must approve.
/// Before: the signer holds the vault's capability; the vault isn't closed.
transaction(vaultId: UInt64, approvers: [Address], required: Int, threshold: UFix64?) {

    let vault: auth(VaultControls.NameApprovers) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.NameApprovers) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot set the approvers of vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot set the approvers of vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        let policy = approvers.length == 0
            ? nil
            : VaultApprovals.Policy(approvers: approvers, required: required, threshold: threshold)
        self.vault.controls.setApprovers(policy)
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
    { name: 'approvers', type: '[Address]' },
    { name: 'required', type: 'Int' },
    { name: 'threshold', type: 'UFix64?' },
  ],
} as const

export const ownerSetAutomaticPayment = {
  code: `import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Chooses whether the vault pays its provider at each settlement or lets what is owed accrue.
/// Signer: the vault's owner. Effect: from now on; what accrued so far is paid when it is switched on.
/// Before: the signer holds the vault's capability.
transaction(vaultId: UInt64, enabled: Bool) {

    let vault: auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot set how vault ".concat(vaultId.toString())
                .concat(" pays! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow()
            ?? panic("Cannot set how vault ".concat(vaultId.toString()).concat(" pays! The capability was revoked."))
    }

    execute {
        self.vault.setAutomaticPayment(enabled)
    }

    post {
        self.vault.automaticPayment == enabled: "Cannot set how the vault pays! It would not take the setting."
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
    { name: 'enabled', type: 'Bool' },
  ],
} as const

export const ownerSetCap = {
  code: `import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Limits what a period may cost in USD; nil removes the limit.
/// Signer: the vault's owner. Effect: at once if it loosens, else after the settle delay.
/// Before: the signer holds the vault's capability; the vault isn't closed.
transaction(vaultId: UInt64, capUsd: UFix64?) {

    let vault: auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot set the cap of vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot set the cap of vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.controls.setCap(capUsd)
    }

    post {
        self.vault.controls.capUsd() == capUsd || self.vault.controls.pendingCap()?.limit == capUsd:
            "Cannot set the cap! It would not take the value."
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
    { name: 'capUsd', type: 'UFix64?' },
  ],
} as const

export const ownerSetExpiry = {
  code: `import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Ends what the provider's right may grow by at a time (Unix seconds); nil: no end. What accrued stays withdrawable.
/// Signer: the vault's owner. Effect: nothing accrues after that time.
/// Before: the signer holds the vault's capability; the vault isn't closed; a sooner end leaves the settle delay;
/// the end is in the year 9999 or before.
transaction(vaultId: UInt64, expiresAt: UInt64?) {

    let vault: auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot set the expiry of vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot set the expiry of vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.controls.setExpiry(expiresAt)
    }

    post {
        self.vault.controls.expiresAt == expiresAt: "Cannot set the expiry! It would not take the value."
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
    { name: 'expiresAt', type: 'UInt64?' },
  ],
} as const

export const ownerSetReminder = {
  code: `import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Asks for an event when what is not owed falls below an amount of FLOW; nil: never.
/// Signer: the vault's owner. Effect: from now on; if it is below the amount already, the event comes at once.
/// Before: the signer holds the vault's capability; the vault isn't closed.
transaction(vaultId: UInt64, below: UFix64?) {

    let vault: auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot set the reminder of vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot set the reminder of vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.setReminder(below)
    }

    post {
        self.vault.controls.reminderBelow == below: "Cannot set the reminder! It would not take the value."
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
    { name: 'below', type: 'UFix64?' },
  ],
} as const

export const ownerTakeBack = {
  code: `import "FlowToken"
import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Takes back the FLOW that was requested: an amount if the minimum deposit stays, or all that is not owed by now,
/// which closes the vault.
/// Signer: the vault's owner. Effect: the FLOW lands in the signer's FLOW vault.
/// Before: owner/request_return, and the settle delay since.
transaction(vaultId: UInt64) {

    let vault: auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
    let flow: &FlowToken.Vault
    let owedBefore: UFix64

    prepare(customer: auth(BorrowValue, CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot take FLOW back from vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot take FLOW back from vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
        self.flow = customer.storage.borrow<&FlowToken.Vault>(from: /storage/flowTokenVault)
            ?? panic("Cannot take FLOW back! The account has no FLOW vault. Set one up first.")
        self.owedBefore = self.vault.funds.accrued + self.vault.funds.paid
    }

    execute {
        self.flow.deposit(from: <- self.vault.takeBack())
    }

    post {
        self.vault.funds.accrued + self.vault.funds.paid == self.owedBefore:
            "Cannot take FLOW back! What the provider earned would change."
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
  ],
} as const

export const ownerTransfer = {
  code: `import "UsageBasedSubscriptions"
import "VaultDirectory"

/// Gives the vault to another owner, or to the owner itself so that copies of its capabilities die.
/// Signer: the vault's owner. Effect: at once, and the new owner claims it with owner/claim_vault; if the vault has
/// approvers, a proposal that they must approve.
/// Before: the signer holds the vault's capability.
transaction(vaultId: UInt64, to: Address) {

    let vault: auth(UsageBasedSubscriptions.Transfer) &UsageBasedSubscriptions.SubscriptionVault

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(UsageBasedSubscriptions.Transfer) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot transfer vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot transfer vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.transfer(to: to)
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
    { name: 'to', type: 'Address' },
  ],
} as const

export const providerGrantCredit = {
  code: `import "UsageBasedSubscriptions"
import "VaultDirectory"

/// Gives a vault's customer credit in USD for a reason, as where more was counted than used: coming charges use it
/// first.
/// Signer: the vault's provider. Effect: less becomes due from the next reading on; what accrued stays as it is. Credit
/// that is left when the vault closes lapses.
/// Before: the vault isn't closed.
transaction(vaultId: UInt64, usd: UFix64, reason: String) {

    let vault: auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
    let creditBefore: UFix64

    prepare(provider: auth(ClaimInboxCapability, CopyValue, LoadValue, SaveValue) &Account) {
        let path = VaultDirectory.providerCapabilityPath(vaultId)
        let kept = provider.storage.copy<Capability>(from: path)
        if kept == nil || !kept!.check<&AnyResource>() {
            let claimed = provider.inbox.claim<
                auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
            >(VaultDirectory.providerInboxName(vaultId), provider: UsageBasedSubscriptions.inboxAddress)
                ?? panic("Cannot grant credit to vault ".concat(vaultId.toString())
                    .concat("! The account is not its provider. Sign with the provider's account."))
            provider.storage.load<Capability>(from: path)
            provider.storage.save(claimed, to: path)
        }
        let capability = provider.storage.copy<Capability<
            auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: path)!
        self.vault = capability.borrow() ?? panic("Cannot grant credit to vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
        self.creditBefore = self.vault.usage.creditUsd
    }

    execute {
        self.vault.grantCredit(usd: usd, reason: reason)
    }

    post {
        self.vault.usage.creditUsd == self.creditBefore + usd: "Cannot grant credit! Another amount would be added."
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
    { name: 'usd', type: 'UFix64' },
    { name: 'reason', type: 'String' },
  ],
} as const

export const providerRenewCapability = {
  code: `import "UsageBasedSubscriptions"
import "VaultDirectory"

/// Takes a new capability to each vault, so that the old one dies with all copies of it: somebody may have one.
/// Signer: the vaults' provider. Effect: at once. What accrued stays. A vault that was archived has none to renew.
/// Before: the signer is the provider of every other vault.
transaction(vaultIds: [UInt64]) {

    prepare(provider: auth(ClaimInboxCapability, LoadValue, SaveValue) &Account) {
        for id in vaultIds {
            if VaultDirectory.closedVault(id) != nil { continue }
            let path = VaultDirectory.providerCapabilityPath(id)
            let kept = provider.storage.load<Capability<
                auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
            >>(from: path)
            let capability = kept?.check() == true ? kept! : provider.inbox.claim<
                auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
            >(VaultDirectory.providerInboxName(id), provider: UsageBasedSubscriptions.inboxAddress)
                ?? panic("Cannot renew the capability to vault ".concat(id.toString())
                    .concat("! The account is not its provider. Sign with the provider's account."))
            capability.borrow()!.renewCapability()
            provider.storage.save(provider.inbox.claim<
                auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
            >(VaultDirectory.providerInboxName(id), provider: UsageBasedSubscriptions.inboxAddress)!, to: path)
        }
    }
}
`,
  parameters: [
    { name: 'vaultIds', type: '[UInt64]' },
  ],
} as const

export const providerRequestPayment = {
  code: `import "UsageBasedSubscriptions"
import "VaultDirectory"

/// Asks a vault's approvers to let the provider have an amount above the threshold.
/// Signer: the vault's provider. Effect: a proposal; once it was approved and executed, the amount may be withdrawn in
/// addition to what the threshold leaves.
/// Before: the vault has approvers.
transaction(vaultId: UInt64, amount: UFix64) {

    let vault: auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault

    prepare(provider: auth(ClaimInboxCapability, CopyValue, LoadValue, SaveValue) &Account) {
        let path = VaultDirectory.providerCapabilityPath(vaultId)
        let kept = provider.storage.copy<Capability>(from: path)
        if kept == nil || !kept!.check<&AnyResource>() {
            let claimed = provider.inbox.claim<
                auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
            >(VaultDirectory.providerInboxName(vaultId), provider: UsageBasedSubscriptions.inboxAddress)
                ?? panic("Cannot request a payment of vault ".concat(vaultId.toString())
                    .concat("! The account is not its provider. Sign with the provider's account."))
            provider.storage.load<Capability>(from: path)
            provider.storage.save(claimed, to: path)
        }
        let capability = provider.storage.copy<Capability<
            auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: path)!
        self.vault = capability.borrow() ?? panic("Cannot request a payment of vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
    }

    execute {
        self.vault.requestPayment(amount: amount)
    }
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
    { name: 'amount', type: 'UFix64' },
  ],
} as const

export const providerWithdrawAccrued = {
  code: `import "FungibleToken"
import "FlowToken"
import "UsageBasedSubscriptions"
import "VaultDirectory"

/// Takes all that accrued from each vault as far as no approval is missing; capabilities that still wait in the inbox
/// are claimed on the way.
/// Signer: the vaults' provider. Effect: the FLOW lands in the signer's FLOW vault. A vault without accrued FLOW gives
/// nothing, nor does one that was archived.
/// Before: the signer is the provider of every other vault.
transaction(vaultIds: [UInt64]) {

    let vaults: [auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault]
    let flow: &FlowToken.Vault
    let balanceBefore: UFix64
    var total: UFix64

    prepare(provider: auth(BorrowValue, ClaimInboxCapability, CopyValue, LoadValue, SaveValue) &Account) {
        self.vaults = []
        self.total = 0.0
        self.flow = provider.storage.borrow<&FlowToken.Vault>(from: /storage/flowTokenVault)
            ?? panic("Cannot withdraw! The account has no FLOW vault. Set one up first.")
        self.balanceBefore = self.flow.balance
        for id in vaultIds {
            if VaultDirectory.closedVault(id) != nil { continue }
            let path = VaultDirectory.providerCapabilityPath(id)
            let kept = provider.storage.copy<Capability>(from: path)
            if kept == nil || !kept!.check<&AnyResource>() {
                let claimed = provider.inbox.claim<
                    auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
                >(VaultDirectory.providerInboxName(id), provider: UsageBasedSubscriptions.inboxAddress)
                    ?? panic("Cannot withdraw from vault ".concat(id.toString())
                        .concat("! The account is not its provider. Sign with the provider's account."))
                provider.storage.load<Capability>(from: path)
                provider.storage.save(claimed, to: path)
            }
            let capability = provider.storage.copy<Capability<
                auth(UsageBasedSubscriptions.WithdrawAccrued) &UsageBasedSubscriptions.SubscriptionVault
            >>(from: path)!
            self.vaults.append(capability.borrow() ?? panic("Cannot withdraw from vault ".concat(id.toString())
                .concat("! The capability was revoked.")))
        }
    }

    execute {
        for vault in self.vaults {
            let amount = vault.withdrawable()
            if amount == 0.0 { continue }
            self.flow.deposit(from: <- vault.withdrawWithEntitlement(amount: amount))
            self.total = self.total + amount
        }
    }

    post {
        self.flow.balance == self.balanceBefore + self.total: "Cannot withdraw! Not all that accrued would arrive."
    }
}
`,
  parameters: [
    { name: 'vaultIds', type: '[UInt64]' },
  ],
} as const

export const rateClaimRateSetter = {
  code: `import "BillingTerms"
import "UsageBasedSubscriptions"

/// Takes the capability to set the rate.
/// Signer: an account that the admin let set the rate. Effect: the signer holds the capability; one that was revoked is
/// replaced. Repeating it changes nothing.
/// Before: admin/issue_rate_setter for the signer.
transaction {

    prepare(setter: auth(ClaimInboxCapability, LoadValue, SaveValue) &Account) {
        // The address keeps deployments apart.
        let identifier = "BillingTermsRateOf".concat(UsageBasedSubscriptions.inboxAddress.toString())
        let path = StoragePath(identifier: identifier)!
        let claimed = setter.inbox.claim<auth(BillingTerms.SetRate) &BillingTerms.Terms>(
            "BillingTerms.rate.".concat(setter.address.toString()),
            provider: UsageBasedSubscriptions.inboxAddress
        )
        if claimed == nil {
            if setter.storage.type(at: path) != nil { return }
            panic("Cannot claim the right to set the rate! Nothing waits for this account. Ask the admin to issue it.")
        }
        setter.storage.load<Capability<auth(BillingTerms.SetRate) &BillingTerms.Terms>>(from: path)
        setter.storage.save(claimed!, to: path)
    }
}
`,
  parameters: [],
} as const

export const rateSetRate = {
  code: `import "BillingTerms"
import "UsageBasedSubscriptions"

/// Sets the USD that one FLOW is worth, as admin/set_rate does, for an account that may do only this.
/// Signer: an account that holds the capability. Effect: charges become FLOW at this rate.
/// Before: rate/claim_rate_setter; the source is the one in force; the rate moves within the bounded jump.
transaction(usdPerFlow: UFix64, source: String) {

    let terms: auth(BillingTerms.SetRate) &BillingTerms.Terms

    prepare(setter: auth(CopyValue) &Account) {
        let identifier = "BillingTermsRateOf".concat(UsageBasedSubscriptions.inboxAddress.toString())
        let capability = setter.storage.copy<Capability<auth(BillingTerms.SetRate) &BillingTerms.Terms>>(
            from: StoragePath(identifier: identifier)!
        ) ?? panic("Cannot set the rate! The account may not. Ask the admin for the right, and claim it.")
        self.terms = capability.borrow()
            ?? panic("Cannot set the rate! The right was revoked. Ask the admin to issue it again, and claim it.")
    }

    execute {
        self.terms.setRate(usdPerFlow: usdPerFlow, source: source)
    }

    post {
        self.terms.rateRefusal() == nil: "Cannot set the rate! Nothing could settle at it."
    }
}
`,
  parameters: [
    { name: 'usdPerFlow', type: 'UFix64' },
    { name: 'source', type: 'String' },
  ],
} as const

export const getApprovals = {
  code: `import "SubscriptionReports"

/// A vault's approvers and what waits for them, or nil if it needs no approval.
access(all) fun main(vaultId: UInt64): SubscriptionReports.ApprovalsReport? {
    return SubscriptionReports.approvalsOf(vaultId)
}
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
  ],
} as const

export const getClaims = {
  code: `import "UsageBasedSubscriptions"
import "VaultApprovals"
import "VaultControls"
import "VaultDirectory"

/// Of some vaults, those whose owner's capability an account holds and may use, and those of which it holds a seat.
access(all) fun main(account: Address, vaultIds: [UInt64]): {String: [UInt64]} {
    let storage = getAuthAccount<auth(CopyValue) &Account>(account).storage
    let vaults: [UInt64] = []
    let seats: [UInt64] = []
    for id in vaultIds {
        let vault = storage.copy<Capability<auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault>>(
            from: VaultDirectory.ownerCapabilityPath(id))
        let seat = storage.copy<Capability<auth(VaultApprovals.Approve) &VaultApprovals.Seat>>(
            from: VaultApprovals.capabilityPath(id))
        if vault?.check() ?? false { vaults.append(id) }
        if seat?.check() ?? false { seats.append(id) }
    }
    return { "vaults": vaults, "seats": seats }
}
`,
  parameters: [
    { name: 'account', type: 'Address' },
    { name: 'vaultIds', type: '[UInt64]' },
  ],
} as const

export const getHandlers = {
  code: `import "FlareFDCTriggers"

/// The ids of the handlers that triggers are dispatched to.
access(all) fun main(): [String] {
    return FlareFDCTriggers.getRegistryRef().handlerIds()
}
`,
  parameters: [],
} as const

export const getProviders = {
  code: `import "UsageBasedSubscriptions"

/// The registered providers, in no certain order.
access(all) fun main(): [Address] {
    return UsageBasedSubscriptions.borrowTerms().registeredProviders()
}
`,
  parameters: [],
} as const

export const getRate = {
  code: `import "UsageBasedSubscriptions"

/// The USD that one FLOW is worth, or nil while there is no rate, or only one that is too old to settle at.
access(all) fun main(): UFix64? {
    let terms = UsageBasedSubscriptions.borrowTerms()
    return terms.rateRefusal() == nil ? terms.currentRate()!.usdPerFlow : nil
}
`,
  parameters: [],
} as const

export const getRoles = {
  code: `import "BillingTerms"
import "MeterOracles"
import "UsageBasedSubscriptions"

/// What an account may do: "admin" holds the terms and the registry of oracles, "oracle" is appointed, "provider" is
/// registered.
access(all) fun main(address: Address): {String: Bool} {
    let storage = getAuthAccount<auth(Storage) &Account>(address).storage
    return {
        "admin": storage.type(at: UsageBasedSubscriptions.TermsStoragePath) == Type<@BillingTerms.Terms>()
            && storage.type(at: MeterOracles.RegistryStoragePath) == Type<@MeterOracles.OracleRegistry>(),
        "oracle": MeterOracles.isOracle(address),
        "provider": UsageBasedSubscriptions.borrowTerms().isRegistered(address)
    }
}
`,
  parameters: [
    { name: 'address', type: 'Address' },
  ],
} as const

export const getSchedule = {
  code: `import "UsageBasedSubscriptions"
import "UsagePricing"

/// The schedule that prices a period (YYYYMM).
access(all) fun main(period: UInt32): UsagePricing.Schedule {
    return UsageBasedSubscriptions.borrowTerms().copyOfSchedule(period)
}
`,
  parameters: [
    { name: 'period', type: 'UInt32' },
  ],
} as const

export const getSeats = {
  code: `import "UsageBasedSubscriptions"
import "VaultApprovals"
import "VaultDirectory"

/// The vaults that an account approves for, among \`count\` from one number on; and the number to go on from, if that is
/// not all.
access(all) fun main(approver: Address, from: UInt64, count: UInt64): {String: [UInt64]} {
    let vaultIds: [UInt64] = []
    var id = from
    while id - from < count {
        if UsageBasedSubscriptions.vaultOf(id) == nil && VaultDirectory.closedVault(id) == nil { break }
        if VaultApprovals.of(id)?.approvers?.contains(approver) ?? false { vaultIds.append(id) }
        id = id + 1
    }
    return { "vaultIds": vaultIds, "next": id - from < count ? [] : [id] }
}
`,
  parameters: [
    { name: 'approver', type: 'Address' },
    { name: 'from', type: 'UInt64' },
    { name: 'count', type: 'UInt64' },
  ],
} as const

export const getSettings = {
  code: `import "SubscriptionReports"

/// The numbers that the contracts go by.
access(all) fun main(): SubscriptionReports.Settings {
    return SubscriptionReports.Settings()
}
`,
  parameters: [],
} as const

export const getStorage = {
  code: `import "AccountStorage"

/// An account's storage in bytes, its FLOW, and what one more vault needs in it.
access(all) fun main(address: Address): AccountStorage.Report {
    return AccountStorage.Report(getAccount(address))
}
`,
  parameters: [
    { name: 'address', type: 'Address' },
  ],
} as const

export const getVault = {
  code: `import "SubscriptionReports"

/// A vault's report, or nil if there is no such vault.
access(all) fun main(id: UInt64): SubscriptionReports.VaultReport? {
    return SubscriptionReports.of(id)
}
`,
  parameters: [
    { name: 'id', type: 'UInt64' },
  ],
} as const

export const getVaultIdsByOwner = {
  code: `import "VaultDirectory"

/// The numbers of an owner's vaults, in no certain order. Reports of them: \`get_vaults\`, some at a time.
access(all) fun main(owner: Address): [UInt64] {
    return VaultDirectory.vaultIdsOfOwner(owner)
}
`,
  parameters: [
    { name: 'owner', type: 'Address' },
  ],
} as const

export const getVaultIdsByProvider = {
  code: `import "VaultDirectory"

/// The numbers of a provider's vaults, in no certain order. Reports of them: \`get_vaults\`, some at a time.
access(all) fun main(provider: Address): [UInt64] {
    return VaultDirectory.vaultIdsOfProvider(provider)
}
`,
  parameters: [
    { name: 'provider', type: 'Address' },
  ],
} as const

export const getVaults = {
  code: `import "SubscriptionReports"

/// The reports of those vaults that exist.
access(all) fun main(ids: [UInt64]): [SubscriptionReports.VaultReport] {
    return SubscriptionReports.ofAll(ids)
}
`,
  parameters: [
    { name: 'ids', type: '[UInt64]' },
  ],
} as const

export const previewPrice = {
  code: `import "SubscriptionReports"

/// What tokens by model cost under any published version of the schedule, in its own mode or another.
access(all) fun main(
    version: UInt64,
    models: [String],
    tokens: [UInt64],
    mode: String?,
    usdPerFlow: UFix64
): SubscriptionReports.Quote {
    return SubscriptionReports.preview(
        version: version, models: models, tokens: tokens, mode: mode, usdPerFlow: usdPerFlow
    )
}
`,
  parameters: [
    { name: 'version', type: 'UInt64' },
    { name: 'models', type: '[String]' },
    { name: 'tokens', type: '[UInt64]' },
    { name: 'mode', type: 'String?' },
    { name: 'usdPerFlow', type: 'UFix64' },
  ],
} as const

export const priceUsage = {
  code: `import "SubscriptionReports"

/// What tokens by model cost under the schedule of the current period, in its own mode or another.
access(all) fun main(
    models: [String],
    tokens: [UInt64],
    mode: String?,
    usdPerFlow: UFix64
): SubscriptionReports.Quote {
    return SubscriptionReports.quote(models: models, tokens: tokens, mode: mode, usdPerFlow: usdPerFlow)
}
`,
  parameters: [
    { name: 'models', type: '[String]' },
    { name: 'tokens', type: '[UInt64]' },
    { name: 'mode', type: 'String?' },
    { name: 'usdPerFlow', type: 'UFix64' },
  ],
} as const

export const verifyAccountProof = {
  code: `import "FCLCrypto"

/// Whether distinct keys of the account, of full weight together, signed the account proof \`message\` (hex).
access(all) fun main(address: Address, message: String, keyIndices: [Int], signatures: [String]): Bool {
    return FCLCrypto.verifyAccountProofSignatures(
        address: address,
        message: message,
        keyIndices: keyIndices,
        signatures: signatures
    )
}
`,
  parameters: [
    { name: 'address', type: 'Address' },
    { name: 'message', type: 'String' },
    { name: 'keyIndices', type: '[Int]' },
    { name: 'signatures', type: '[String]' },
  ],
} as const

export const transactions = {
  'account/archive_vaults': accountArchiveVaults,
  'account/create_account': accountCreateAccount,
  'admin/appoint_oracle': adminAppointOracle,
  'admin/issue_rate_setter': adminIssueRateSetter,
  'admin/name_rate_source': adminNameRateSource,
  'admin/publish_schedule': adminPublishSchedule,
  'admin/register_handler': adminRegisterHandler,
  'admin/register_provider': adminRegisterProvider,
  'admin/remove_oracle': adminRemoveOracle,
  'admin/remove_provider': adminRemoveProvider,
  'admin/remove_rate_source': adminRemoveRateSource,
  'admin/revoke_rate_setter': adminRevokeRateSetter,
  'admin/set_rate': adminSetRate,
  'approver/approve': approverApprove,
  'approver/claim_seat': approverClaimSeat,
  'deployment/add_contract': deploymentAddContract,
  'deployment/add_subscriptions': deploymentAddSubscriptions,
  'deployment/update_contract': deploymentUpdateContract,
  'oracle/claim_oracle': oracleClaimOracle,
  'oracle/submit_readings': oracleSubmitReadings,
  'owner/buy_credits': ownerBuyCredits,
  'owner/buy_credits_from_vault': ownerBuyCreditsFromVault,
  'owner/cancel_return': ownerCancelReturn,
  'owner/claim_vault': ownerClaimVault,
  'owner/create_subscription': ownerCreateSubscription,
  'owner/deposit': ownerDeposit,
  'owner/pause': ownerPause,
  'owner/request_return': ownerRequestReturn,
  'owner/resume': ownerResume,
  'owner/set_approvers': ownerSetApprovers,
  'owner/set_automatic_payment': ownerSetAutomaticPayment,
  'owner/set_cap': ownerSetCap,
  'owner/set_expiry': ownerSetExpiry,
  'owner/set_reminder': ownerSetReminder,
  'owner/take_back': ownerTakeBack,
  'owner/transfer': ownerTransfer,
  'provider/grant_credit': providerGrantCredit,
  'provider/renew_capability': providerRenewCapability,
  'provider/request_payment': providerRequestPayment,
  'provider/withdraw_accrued': providerWithdrawAccrued,
  'rate/claim_rate_setter': rateClaimRateSetter,
  'rate/set_rate': rateSetRate,
} as const

export const scripts = {
  'get_approvals': getApprovals,
  'get_claims': getClaims,
  'get_handlers': getHandlers,
  'get_providers': getProviders,
  'get_rate': getRate,
  'get_roles': getRoles,
  'get_schedule': getSchedule,
  'get_seats': getSeats,
  'get_settings': getSettings,
  'get_storage': getStorage,
  'get_vault': getVault,
  'get_vault_ids_by_owner': getVaultIdsByOwner,
  'get_vault_ids_by_provider': getVaultIdsByProvider,
  'get_vaults': getVaults,
  'preview_price': previewPrice,
  'price_usage': priceUsage,
  'verify_account_proof': verifyAccountProof,
} as const

export const contracts: readonly string[] = [
  'AccountStorage',
  'BillingPeriod',
  'UsagePricing',
  'BillingTerms',
  'DelayedLimits',
  'FCLCrypto',
  'FlareFDCTriggers',
  'MeterReadings',
  'VaultApprovals',
  'VaultControls',
  'VaultDirectory',
  'VaultFunds',
  'VaultUsage',
  'UsageBasedSubscriptions',
  'MeterOracles',
  'SubscriptionReports',
  'VaultArchive',
]
