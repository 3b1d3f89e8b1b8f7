import FlowManager from 0xf8d6e0586b0a20c7

/// Sets the time of contracts whose clock stands still.
transaction(seconds: UFix64) {

    prepare(anyone: &Account) {
        FlowManager.setTimestampOffset(seconds)
    }
}
