import "FlareFDCTriggers"

/// A stranger's own handler, proofs and payload.
access(all) contract ForeignTriggers {

    access(all) struct CredulousProof: FlareFDCTriggers.Proof {
        access(all) view fun kind(): FlareFDCTriggers.ProofKind {
            return FlareFDCTriggers.ProofKind.FlareAttestation
        }

        access(all) view fun refusal(message: [UInt8], key: PublicKey?): String? {
            return nil
        }
    }

    access(all) struct PosingProof: FlareFDCTriggers.Proof {
        access(all) view fun kind(): FlareFDCTriggers.ProofKind {
            return FlareFDCTriggers.ProofKind.OracleSignature
        }

        access(all) view fun refusal(message: [UInt8], key: PublicKey?): String? {
            return nil
        }
    }

    access(all) struct Text: FlareFDCTriggers.Payload {
        access(all) view fun subject(): UInt64 {
            return 1
        }

        access(all) view fun sequenceNumber(): UInt64 {
            return 1
        }
    }

    access(all) resource Greedy: FlareFDCTriggers.Handler {
        access(all) view fun lastSequence(_ subject: UInt64): UInt64 {
            return 0
        }

        access(all) fun message(_ payload: {FlareFDCTriggers.Payload}): [UInt8]? {
            return []
        }

        access(account) fun handle(_ trigger: FlareFDCTriggers.Trigger, submitter: Address?): Bool {
            return true
        }

        access(account) fun skip(_ trigger: FlareFDCTriggers.Trigger, reason: String) {}
    }

    access(all) fun createHandler(): @Greedy {
        return <- create Greedy()
    }
}
