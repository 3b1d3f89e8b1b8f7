import "FungibleToken"
import "UsageBasedSubscriptions"
import "VaultControls"
import "VaultDirectory"

/// Takes back the FLOW that was requested and sends it to the operator's treasury, which turns it into credits of the
/// owner's account: an amount if the minimum deposit stays, or all that is not owed by now, which closes the vault.
/// Signer: the vault's owner. Effect: the FLOW leaves the vault. What it is worth in USD is decided by the rate of the
/// block.
/// Before: owner/request_return, and the settle delay since.
transaction(vaultId: UInt64, treasury: Address) {

    let vault: auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
    let receiver: &{FungibleToken.Receiver}
    let owedBefore: UFix64

    prepare(customer: auth(CopyValue) &Account) {
        let capability = customer.storage.copy<Capability<
            auth(VaultControls.Reclaim) &UsageBasedSubscriptions.SubscriptionVault
        >>(from: VaultDirectory.ownerCapabilityPath(vaultId))
            ?? panic("Cannot buy credits from vault ".concat(vaultId.toString())
                .concat("! The account does not own it. Sign with the owner's account."))
        self.vault = capability.borrow() ?? panic("Cannot buy credits from vault ".concat(vaultId.toString())
            .concat("! The capability was revoked."))
        self.receiver = getAccount(treasury).capabilities.borrow<&{FungibleToken.Receiver}>(/public/flowTokenReceiver)
            ?? panic("Cannot buy credits! The treasury ".concat(treasury.toString())
                .concat(" takes no FLOW. Tell the operator."))
        self.owedBefore = self.vault.funds.accrued + self.vault.funds.paid
    }

    execute {
        let payment <- self.vault.takeBack()
        if payment.balance == 0.0 {
            panic("Cannot buy credits from vault ".concat(vaultId.toString())
                .concat("! All of its FLOW is owed by now. Nothing was changed."))
        }
        self.receiver.deposit(from: <- payment)
    }

    post {
        self.vault.funds.accrued + self.vault.funds.paid == self.owedBefore:
            "Cannot buy credits! What the provider earned would change."
    }
}
