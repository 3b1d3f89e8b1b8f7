import "FlareFDCTriggers"
import "ForeignTriggers"
import "MeterReadings"

/// Anyone uses what the registry shows to everyone. Tests put the call in.
transaction(vaultId: UInt64, period: UInt32, r: UInt256, s: UInt256) {

    prepare(anyone: &Account) {
        let registry = FlareFDCTriggers.getRegistryRef()
        let type = FlareFDCTriggers.TriggerType.DefiProtocolEvent
        let signature = FlareFDCTriggers.OracleSignature(r: r, s: s)
        let reading = MeterReadings.Reading(
            vaultId: vaultId, period: period, sequence: 1, models: ["gpt-4"], tokens: [250_000],
            root: "abababababababababababababababababababababababababababababababab", eventCount: 1
        )
        let trigger = fun (
            _ type: FlareFDCTriggers.TriggerType,
            _ payload: {FlareFDCTriggers.Payload},
            _ proof: {FlareFDCTriggers.Proof}
        ): FlareFDCTriggers.Trigger {
            return FlareFDCTriggers.Trigger(type: type, payload: payload, proof: proof)
        }
        let dispatch = fun (
            _ registry: &FlareFDCTriggers.Registry,
            _ handlerId: String,
            _ trigger: FlareFDCTriggers.Trigger
        ) {
            registry.dispatch(handlerId: handlerId, triggers: [trigger])
        }
        CALL
    }
}
