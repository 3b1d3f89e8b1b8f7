import "FlareFDCTriggers"

/// A handler of the account's own that forgets, or takes again, what it processed.
access(all) contract ForgetfulHandler {

    access(all) struct Fact: FlareFDCTriggers.Payload {
        access(all) let number: UInt64

        access(all) view fun subject(): UInt64 {
            return 1
        }

        access(all) view fun sequenceNumber(): UInt64 {
            return self.number
        }

        view init(_ number: UInt64) {
            self.number = number
        }
    }

    /// Says of every trigger that it acted on it, or that it didn't, and goes to a certain number in any case.
    access(all) resource Handler: FlareFDCTriggers.Handler {
        access(self) var last: UInt64
        access(self) let next: UInt64
        access(self) let acts: Bool

        access(all) view fun lastSequence(_ subject: UInt64): UInt64 {
            return self.last
        }

        access(all) fun message(_ payload: {FlareFDCTriggers.Payload}): [UInt8]? {
            return "a fact".utf8
        }

        access(account) fun handle(_ trigger: FlareFDCTriggers.Trigger, submitter: Address?): Bool {
            self.last = self.next
            return self.acts
        }

        access(account) fun skip(_ trigger: FlareFDCTriggers.Trigger, reason: String) {}

        init(last: UInt64, next: UInt64, acts: Bool) {
            self.last = last
            self.next = next
            self.acts = acts
        }
    }

    access(all) fun createHandler(last: UInt64, next: UInt64, acts: Bool): @Handler {
        return <- create Handler(last: last, next: next, acts: acts)
    }

    /// Hands in a fact that a key signed.
    access(all) fun dispatch(handlerId: String, number: UInt64, key: String, r: UInt256, s: UInt256) {
        FlareFDCTriggers.getRegistryRef().dispatchSigned(
            handlerId: handlerId,
            triggers: [FlareFDCTriggers.Trigger(
                type: FlareFDCTriggers.TriggerType.WebData,
                payload: Fact(number),
                proof: FlareFDCTriggers.OracleSignature(r: r, s: s)
            )],
            oracle: self.account.address,
            key: PublicKey(publicKey: key.decodeHex(), signatureAlgorithm: SignatureAlgorithm.ECDSA_P256)
        )
    }
}
