import "MeterOracles"

/// The thief takes it.
transaction(oracle: Address) {

    prepare(thief: auth(ClaimInboxCapability, SaveValue) &Account) {
        let capability = thief.inbox.claim<auth(MeterOracles.SubmitReading) &MeterOracles.ReadingDesk>(
            "desk", provider: oracle
        )!
        thief.storage.save(capability, to: MeterOracles.CapabilityStoragePath)
    }
}
