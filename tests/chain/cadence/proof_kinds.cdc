import "FlareFDCTriggers"

access(all) fun main(): [String] {
    return [
        FlareFDCTriggers.nameOf(FlareFDCTriggers.OracleSignature(r: 1, s: 1).kind()),
        FlareFDCTriggers.nameOf(FlareFDCTriggers.FlareAttestation(votingRound: 1, leaf: [], path: []).kind())
    ]
}
