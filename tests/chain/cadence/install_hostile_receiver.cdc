import "FungibleToken"
import "HostileReceiver"

/// The provider replaces the public receiver of its FLOW by one that fails.
transaction {

    prepare(provider: auth(Capabilities, SaveValue) &Account) {
        provider.storage.save(<- HostileReceiver.createReceiver(), to: /storage/hostileReceiver)
        provider.capabilities.unpublish(/public/flowTokenReceiver)
        provider.capabilities.publish(
            provider.capabilities.storage.issue<&{FungibleToken.Receiver}>(/storage/hostileReceiver),
            at: /public/flowTokenReceiver
        )
    }
}
