import "FungibleToken"

/// A receiver that fails whenever it is paid.
access(all) contract HostileReceiver {

    access(all) resource Receiver: FungibleToken.Receiver {

        access(all) fun deposit(from: @{FungibleToken.Vault}) {
            destroy from
            panic("HostileReceiver: no")
        }

        access(all) view fun getSupportedVaultTypes(): {Type: Bool} {
            return {}
        }

        access(all) view fun isSupportedVaultType(type: Type): Bool {
            return true
        }
    }

    access(all) fun createReceiver(): @Receiver {
        return <- create Receiver()
    }
}
