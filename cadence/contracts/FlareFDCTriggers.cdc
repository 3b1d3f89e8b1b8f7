import "FlowToken"

/// Takes proven facts from outside to those who act on them.
///
/// - `Trigger`: one fact (its payload) with its proof. Its id is the handler's, the payload's subject and its number.
/// - `Handler`: a resource that acts on the triggers of one kind. The registry owns it.
/// - `Registry`: handlers by id, and the only way to them. There is one, kept in this account. Whoever holds it
///   entitled is the admin.
///
/// Invariants: a trigger reaches a handler only with a proof of a kind declared here that was found good; a number of a
/// subject is processed once at most, and numbers of a subject rise, so that one number per subject remembers them all.
/// Nothing about a single trigger fails: it is refused with an event that says why.
access(all) contract FlareFDCTriggers {

    access(all) let RegistryStoragePath: StoragePath
    /// The network that these contracts run on, told by the address of its FlowToken: signed messages name it.
    access(all) let chain: String
    /// Separates signatures over triggers from all others of the same key, such as those over transactions.
    access(all) let signatureTag: String

    /// Register handlers. Not: dispatch past the proofs, or take a handler away. The admin, in admin/register_handler.
    access(all) entitlement RegisterHandler

    access(all) event HandlerRegistered(handlerId: String, type: String, triggerTypes: [UInt8])
    /// A trigger was not passed on, and no handler told of it; cadence/README.md lists the reasons.
    access(all) event TriggerRefused(handlerId: String, subject: UInt64, sequence: UInt64, reason: String)

    /// What kind of fact a trigger tells.
    access(all) enum TriggerType: UInt8 {
        /// A value of a price feed.
        access(all) case PriceFeedUpdate
        /// A payment on another chain.
        access(all) case CrossChainPayment
        /// A transaction with its events on another chain.
        access(all) case BlockchainEvent
        /// What a web service answered.
        access(all) case WebData
        /// Something that a protocol counts and settles, such as metered usage.
        access(all) case DefiProtocolEvent
    }

    access(all) enum ProofKind: UInt8 {
        /// The registered key of an appointed oracle signed the message; the oracle hands it in itself.
        access(all) case OracleSignature
        /// Flare's providers attested to it; anyone may hand it in.
        access(all) case FlareAttestation
    }

    /// What a trigger says. Numbers of a subject rise.
    access(all) struct interface Payload {
        access(all) view fun subject(): UInt64
        access(all) view fun sequenceNumber(): UInt64
    }

    /// Why what a trigger says is to be believed.
    access(all) struct interface Proof {
        access(all) view fun kind(): ProofKind
        /// Why it doesn't prove the message, or nil. `key` is that of the oracle that hands it in; nil for anyone else.
        access(all) view fun refusal(message: [UInt8], key: PublicKey?): String?
    }

    /// P-256 over SHA3-256 of the tag, filled with zeros to 32 bytes, and the message. As two numbers it can be of no
    /// wrong length or alphabet. It can be altered into another good one, so it never serves as an id.
    access(all) struct OracleSignature: Proof {
        access(all) let r: UInt256
        access(all) let s: UInt256

        access(all) view fun kind(): ProofKind {
            return ProofKind.OracleSignature
        }

        access(all) view fun refusal(message: [UInt8], key: PublicKey?): String? {
            if key == nil { return "capability_missing" }
            let good = key!.verify(
                signature: self.r.toBigEndianBytes().concat(self.s.toBigEndianBytes()),
                signedData: message,
                domainSeparationTag: FlareFDCTriggers.signatureTag,
                hashAlgorithm: HashAlgorithm.SHA3_256
            )
            return good ? nil : "bad_signature"
        }

        view init(r: UInt256, s: UInt256) {
            self.r = r
            self.s = s
        }
    }

    /// A leaf of the Merkle tree that Flare's providers signed for a voting round.
    access(all) struct FlareAttestation: Proof {
        access(all) let votingRound: UInt64
        access(all) let leaf: [UInt8]
        access(all) let path: [[UInt8]]

        access(all) view fun kind(): ProofKind {
            return ProofKind.FlareAttestation
        }

        /// No signing policy of Flare's is known here yet, so none can be believed.
        access(all) view fun refusal(message: [UInt8], key: PublicKey?): String? {
            return "attestation_unsupported"
        }

        view init(votingRound: UInt64, leaf: [UInt8], path: [[UInt8]]) {
            self.votingRound = votingRound
            self.leaf = leaf
            self.path = path
        }
    }

    access(all) struct Trigger {
        access(all) let type: TriggerType
        access(all) let payload: {Payload}
        access(all) let proof: {Proof}

        view init(type: TriggerType, payload: {Payload}, proof: {Proof}) {
            self.type = type
            self.payload = payload
            self.proof = proof
        }
    }

    /// Acts on triggers. Only contracts of this account call it, so holding one gives nobody anything.
    access(all) resource interface Handler {
        /// The highest number processed of a subject; 0 before the first. It is all that has to be remembered.
        access(all) view fun lastSequence(_ subject: UInt64): UInt64

        /// What a proof must prove: payload and place, so that it proves it nowhere else. Nil for a foreign payload.
        access(all) fun message(_ payload: {Payload}): [UInt8]?

        /// Acts on a proven trigger, and returns whether it did. Never fails.
        access(account) fun handle(_ trigger: Trigger, submitter: Address?): Bool {
            post {
                !result
                    || before(self.lastSequence(trigger.payload.subject())) < trigger.payload.sequenceNumber():
                    "FlareFDCTriggers.Handler.handle: Cannot handle the trigger! It was processed before."
                result || before(self.lastSequence(trigger.payload.subject()))
                    == self.lastSequence(trigger.payload.subject()):
                    "FlareFDCTriggers.Handler.handle: Cannot skip the trigger! It would count as processed."
                !result || self.lastSequence(trigger.payload.subject()) == trigger.payload.sequenceNumber():
                    "FlareFDCTriggers.Handler.handle: Cannot handle the trigger! It would not be remembered."
            }
        }

        /// Tells that an oracle's trigger was not taken.
        access(account) fun skip(_ trigger: Trigger, reason: String)
    }

    access(all) resource Registry {
        access(self) let handlers: @{String: {Handler}}
        access(self) let triggerTypes: {String: [TriggerType]}

        /// Registers a handler for good: what it remembers can't be lost by replacing it.
        access(RegisterHandler) fun registerHandler(
            handlerId: String,
            handler: @{Handler},
            triggerTypes: [TriggerType]
        ) {
            pre {
                handlerId.utf8.length > 0 && handlerId.utf8.length <= 64:
                    "FlareFDCTriggers.Registry.registerHandler: Cannot register the handler! "
                        .concat("Its id is empty or longer than 64 bytes. Choose another id.")
                self.handlers[handlerId] == nil:
                    "FlareFDCTriggers.Registry.registerHandler: Cannot register the handler! "
                        .concat(handlerId).concat(" is taken. Choose another id.")
                triggerTypes.length > 0 && triggerTypes.length <= 8:
                    "FlareFDCTriggers.Registry.registerHandler: Cannot register the handler! "
                        .concat("Give the 1 to 8 types of triggers that it takes.")
            }
            post {
                self.isRegistered(handlerId):
                    "FlareFDCTriggers.Registry.registerHandler: Cannot register the handler! It would be lost."
            }
            let raw: [UInt8] = []
            for type in triggerTypes {
                raw.append(type.rawValue)
            }
            emit HandlerRegistered(handlerId: handlerId, type: handler.getType().identifier, triggerTypes: raw)
            self.triggerTypes[handlerId] = triggerTypes
            self.handlers[handlerId] <-! handler
        }

        access(all) view fun isRegistered(_ handlerId: String): Bool {
            return self.handlers[handlerId] != nil
        }

        access(all) view fun handlerIds(): [String] {
            return self.handlers.keys
        }

        /// The types of triggers that a handler takes; none for an unknown one.
        access(all) view fun typesOf(_ handlerId: String): [TriggerType] {
            return self.triggerTypes[handlerId] ?? []
        }

        /// The highest number that a handler processed of a subject; nil for an unknown handler.
        access(all) view fun lastSequence(_ handlerId: String, subject: UInt64): UInt64? {
            return (&self.handlers[handlerId] as &{Handler}?)?.lastSequence(subject)
        }

        /// Passes on triggers whose proofs stand by themselves. Anyone may.
        access(all) fun dispatch(handlerId: String, triggers: [Trigger]) {
            for trigger in triggers {
                if let reason = self.pass(trigger, to: handlerId, key: nil, submitter: nil) {
                    self.refuse(trigger, handlerId, reason: reason)
                }
            }
        }

        /// Passes on what an oracle signed; `MeterOracles` checks that it is the oracle, and knows its key.
        access(account) fun dispatchSigned(handlerId: String, triggers: [Trigger], oracle: Address, key: PublicKey) {
            for trigger in triggers {
                if let reason = self.pass(trigger, to: handlerId, key: key, submitter: oracle) {
                    if let handler = &self.handlers[handlerId] as &{Handler}? {
                        handler.skip(trigger, reason: reason)
                    } else {
                        self.refuse(trigger, handlerId, reason: reason)
                    }
                }
            }
        }

        access(self) fun refuse(_ trigger: Trigger, _ handlerId: String, reason: String) {
            emit TriggerRefused(
                handlerId: handlerId, subject: trigger.payload.subject(), sequence: trigger.payload.sequenceNumber(),
                reason: reason
            )
        }

        /// Hands a trigger to its handler. Returns why it could not be, or nil.
        access(self) fun pass(_ trigger: Trigger, to: String, key: PublicKey?, submitter: Address?): String? {
            let handler = &self.handlers[to] as &{Handler}?
            if handler == nil { return "handler_unknown" }
            if !self.triggerTypes[to]!.contains(trigger.type) { return "trigger_type_unhandled" }
            if !FlareFDCTriggers.isProofKnown(trigger.proof) { return "proof_unknown" }
            let message = handler!.message(trigger.payload)
            if message == nil { return "payload_foreign" }
            let reason = trigger.proof.refusal(message: message!, key: key)
            if reason == nil { handler!.handle(trigger, submitter: submitter) }
            return reason
        }

        init() {
            self.handlers <- {}
            self.triggerTypes = {}
        }
    }

    /// The registry, for reading and for handing in what proves itself; registering needs the admin's entitlement.
    access(all) view fun getRegistryRef(): &Registry {
        return self.account.storage.borrow<&Registry>(from: self.RegistryStoragePath)!
    }

    /// The name that events give a kind of proof.
    access(all) view fun nameOf(_ kind: ProofKind): String {
        return kind == ProofKind.OracleSignature ? "oracle_signature" : "flare_attestation"
    }

    /// Anyone can write a proof that always believes itself: only those declared here count.
    access(self) view fun isProofKnown(_ proof: {Proof}): Bool {
        return proof.isInstance(Type<OracleSignature>()) || proof.isInstance(Type<FlareAttestation>())
    }

    init() {
        self.RegistryStoragePath = /storage/FlareFDCTriggersRegistry
        let chains = {
            "A.1654653399040a61.FlowToken.Vault": "flow-mainnet",
            "A.7e60df042a9c0868.FlowToken.Vault": "flow-testnet",
            "A.0ae53cb6e3f42a79.FlowToken.Vault": "flow-emulator"
        }
        let flowToken = Type<@FlowToken.Vault>().identifier
        self.chain = chains[flowToken] ?? flowToken
        self.signatureTag = "FLAREFLOW-TRIGGER-V1"
        self.account.storage.save(<- create Registry(), to: self.RegistryStoragePath)
    }
}
