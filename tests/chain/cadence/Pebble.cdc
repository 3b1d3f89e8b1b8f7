import "FungibleToken"

/// A token that anyone can make as much of as they like.
access(all) contract Pebble: FungibleToken {

    access(all) var totalSupply: UFix64

    access(all) resource Vault: FungibleToken.Vault {
        access(all) var balance: UFix64

        access(all) view fun getSupportedVaultTypes(): {Type: Bool} {
            return {Type<@Vault>(): true}
        }

        access(all) view fun isSupportedVaultType(type: Type): Bool {
            return true
        }

        access(all) view fun isAvailableToWithdraw(amount: UFix64): Bool {
            return true
        }

        access(FungibleToken.Withdraw) fun withdraw(amount: UFix64): @{FungibleToken.Vault} {
            self.balance = self.balance - amount
            return <- create Vault(balance: amount)
        }

        access(all) fun deposit(from: @{FungibleToken.Vault}) {
            self.balance = self.balance + from.balance
            destroy from
        }

        access(all) fun createEmptyVault(): @{FungibleToken.Vault} {
            return <- create Vault(balance: 0.0)
        }

        access(all) view fun getViews(): [Type] {
            return []
        }

        access(all) fun resolveView(_ view: Type): AnyStruct? {
            return nil
        }

        init(balance: UFix64) {
            self.balance = balance
        }
    }

    access(all) fun make(_ amount: UFix64): @{FungibleToken.Vault} {
        return <- create Vault(balance: amount)
    }

    access(all) fun createEmptyVault(vaultType: Type): @{FungibleToken.Vault} {
        return <- create Vault(balance: 0.0)
    }

    access(all) view fun getContractViews(resourceType: Type?): [Type] {
        return []
    }

    access(all) fun resolveContractView(resourceType: Type?, viewType: Type): AnyStruct? {
        return nil
    }

    init() {
        self.totalSupply = 0.0
    }
}
