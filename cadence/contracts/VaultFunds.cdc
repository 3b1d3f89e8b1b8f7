import "FungibleToken"
import "FlowToken"

/// The money of a vault and nothing else: FLOW, what of it the provider has earned, and what could not be paid.
/// Only contracts of this account move it; they check who asks.
///
/// Invariants, checked after every function: deposits = balance + paid + refunded; accrued ≤ balance;
/// uncovered > 0 ⇒ accrued = balance. What accrued never falls but by being paid.
access(all) contract VaultFunds {

    access(all) resource Funds {
        access(self) let vault: @FlowToken.Vault
        /// All that was ever put in, paid to the provider, and given back to the owner.
        access(all) var deposits: UFix64
        access(all) var paid: UFix64
        access(all) var refunded: UFix64
        /// What of the balance is the provider's.
        access(all) var accrued: UFix64
        /// What was charged beyond the balance: paid first from the next deposit.
        access(all) var uncovered: UFix64

        access(all) view fun balance(): UFix64 {
            return self.vault.balance
        }

        /// What of the balance is not owed.
        access(all) view fun free(): UFix64 {
            return self.vault.balance - self.accrued
        }

        access(all) view fun isSound(): Bool {
            return self.deposits == self.vault.balance + self.paid + self.refunded
                && self.accrued <= self.vault.balance
                && (self.uncovered == 0.0 || self.accrued == self.vault.balance)
        }

        /// Takes in FLOW; what it covers of the debt accrues and is returned as a number.
        access(account) fun deposit(from: @FlowToken.Vault): UFix64 {
            post {
                self.balance() == before(self.balance()) + before(from.balance) && self.isSound():
                    "VaultFunds.Funds.deposit: Cannot deposit! The balance would not rise by it, or the books not balance."
            }
            self.deposits = self.deposits + from.balance
            self.vault.deposit(from: <- from)
            let covered = self.uncovered < self.free() ? self.uncovered : self.free()
            self.uncovered = self.uncovered - covered
            self.accrued = self.accrued + covered
            return covered
        }

        /// Entitles the provider to an amount as far as the balance reaches; the rest is debt, and is returned.
        access(account) fun accrue(_ amount: UFix64): UFix64 {
            pre {
                amount <= UFix64.max - self.uncovered:
                    "VaultFunds.Funds.accrue: Cannot accrue! The debt would be above the largest UFix64."
            }
            post {
                self.accrued >= before(self.accrued) && self.isSound():
                    "VaultFunds.Funds.accrue: Cannot accrue! What accrued would fall, or the books not balance."
                self.accrued - before(self.accrued) == amount - result
                    && self.uncovered - before(self.uncovered) == result:
                    "VaultFunds.Funds.accrue: Cannot accrue! Part of the amount would be neither accrued nor debt."
            }
            let covered = amount < self.free() ? amount : self.free()
            self.accrued = self.accrued + covered
            self.uncovered = self.uncovered + (amount - covered)
            return amount - covered
        }

        /// Hands out what accrued.
        access(account) fun pay(_ amount: UFix64): @FlowToken.Vault {
            pre {
                amount <= self.accrued: "VaultFunds.Funds.pay: Cannot pay ".concat(amount.toString())
                    .concat(" FLOW! Only ").concat(self.accrued.toString()).concat(" accrued. Take at most that.")
            }
            post {
                result.balance == amount && before(self.accrued) - self.accrued == amount && self.isSound():
                    "VaultFunds.Funds.pay: Cannot pay! Another amount would leave, or the books not balance."
            }
            self.accrued = self.accrued - amount
            self.paid = self.paid + amount
            return <- (self.vault.withdraw(amount: amount) as! @FlowToken.Vault)
        }

        /// Gives back what is not owed.
        access(account) fun refund(_ amount: UFix64): @FlowToken.Vault {
            pre {
                amount <= self.free(): "VaultFunds.Funds.refund: Cannot give back ".concat(amount.toString())
                    .concat(" FLOW! Only ").concat(self.free().toString()).concat(" is not owed. Take at most that.")
            }
            post {
                self.accrued == before(self.accrued) && result.balance == amount && self.isSound():
                    "VaultFunds.Funds.refund: Cannot give back! Another amount would leave, or what is owed."
            }
            self.refunded = self.refunded + amount
            return <- (self.vault.withdraw(amount: amount) as! @FlowToken.Vault)
        }

        /// Forgives the debt of a vault that closes, and returns what it was.
        access(account) fun forgive(): UFix64 {
            post { self.uncovered == 0.0: "VaultFunds.Funds.forgive: Cannot forgive the debt! Some would be left." }
            let debt = self.uncovered
            self.uncovered = 0.0
            return debt
        }

        init() {
            self.vault <- FlowToken.createEmptyVault(vaultType: Type<@FlowToken.Vault>())
            self.deposits = 0.0
            self.paid = 0.0
            self.refunded = 0.0
            self.accrued = 0.0
            self.uncovered = 0.0
        }
    }

    access(account) fun createEmpty(): @Funds {
        return <- create Funds()
    }
}
