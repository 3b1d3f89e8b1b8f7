import "MeterOracles"

/// An oracle that was broken into gives a copy of its capability away.
transaction(thief: Address) {

    prepare(oracle: auth(CopyValue, PublishInboxCapability) &Account) {
        let capability = oracle.storage.copy<Capability<auth(MeterOracles.SubmitReading) &MeterOracles.ReadingDesk>>(
            from: MeterOracles.CapabilityStoragePath
        )!
        oracle.inbox.publish(capability, name: "desk", recipient: thief)
    }
}
