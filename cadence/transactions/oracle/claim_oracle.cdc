import "MeterOracles"
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
