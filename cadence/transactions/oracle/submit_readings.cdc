import "FlareFDCTriggers"
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
