import "AccountStorage"
import "MeterReadings"
import "UsageBasedSubscriptions"
import "VaultApprovals"
import "VaultDirectory"

/// Removes closed vaults from storage; their totals stay in `VaultDirectory`. Holds no state.
///
/// Invariant: only a vault goes that is closed, holds nothing and can't be told of a reading again. Its number stays
/// taken, its last sequence known, and it answers as a closed vault does.
access(all) contract VaultArchive {

    /// A closed vault that held nothing was removed; its totals are kept.
    access(all) event VaultArchived(id: UInt64)

    /// Why a vault can't be removed, or nil. For as long as its month takes readings an oracle may repeat one, and is
    /// told that it was taken.
    access(all) view fun refusal(_ vaultId: UInt64): String? {
        let vault = UsageBasedSubscriptions.vaultOf(vaultId)
        if vault == nil { return "There is no such vault, or it was archived before. Check the number." }
        if !vault!.controls.closed { return "It is open. Its owner closes it." }
        if vault!.funds.balance() > 0.0 { return "Its provider's FLOW is in it. Wait until that is withdrawn." }
        let last = vault!.usage.latestPeriod
        if last != 0 && !MeterReadings.isClosed(last, graceSeconds: UsageBasedSubscriptions.graceSeconds) {
            return "Its last month takes readings. Wait until that month's grace time is over."
        }
        return nil
    }

    /// Removes a closed vault. Anyone may: nobody loses anything by it.
    access(all) fun archive(_ vaultId: UInt64) {
        pre {
            self.refusal(vaultId) == nil: "VaultArchive.archive: Cannot archive vault ".concat(vaultId.toString())
                .concat("! ").concat(self.refusal(vaultId)!)
        }
        post {
            UsageBasedSubscriptions.vaultOf(vaultId) == nil && VaultDirectory.closedVault(vaultId) != nil:
                "VaultArchive.archive: Cannot archive! The vault would stay, or nothing would be left of it."
        }
        let path = VaultDirectory.vaultPath(vaultId)
        let vault <- self.account.storage.load<@UsageBasedSubscriptions.SubscriptionVault>(from: path)!
        VaultDirectory.addClosed(vaultId, VaultDirectory.ClosedVault(
            owner: vault.customer, provider: vault.provider, serviceName: vault.serviceName,
            deposits: vault.funds.deposits, paid: vault.funds.paid, refunded: vault.funds.refunded,
            lastSequence: vault.usage.lastSequence
        ))
        destroy vault
        VaultApprovals.end(vaultId)
        for controller in self.account.capabilities.storage.getControllers(forPath: path) {
            controller.delete()
        }
        let inbox = self.account.inbox
        inbox.unpublish<&UsageBasedSubscriptions.SubscriptionVault>(VaultDirectory.ownerInboxName(vaultId))
        inbox.unpublish<&UsageBasedSubscriptions.SubscriptionVault>(VaultDirectory.providerInboxName(vaultId))
        AccountStorage.removeVault()
        emit VaultArchived(id: vaultId)
    }
}
