import "FlareFDCTriggers"
import "MeterReadings"

/// What the contract takes an oracle to sign, as text, and why a signature doesn't prove it, or nothing.
access(all) fun main(
    domain: String,
    vaultId: UInt64,
    period: UInt32,
    sequence: UInt64,
    models: [String],
    tokens: [UInt64],
    root: String,
    eventCount: UInt64,
    key: String,
    r: UInt256,
    s: UInt256
): [String] {
    let reading = MeterReadings.Reading(
        vaultId: vaultId, period: period, sequence: sequence, models: models, tokens: tokens, root: root,
        eventCount: eventCount
    )
    let message = MeterReadings.message(reading, domain: domain)
    let refusal = FlareFDCTriggers.OracleSignature(r: r, s: s).refusal(
        message: message,
        key: PublicKey(publicKey: key.decodeHex(), signatureAlgorithm: SignatureAlgorithm.ECDSA_P256)
    )
    return [String.fromUTF8(message)!, refusal ?? ""]
}
