import "UsageBasedSubscriptions"
import "VaultApprovals"
import "VaultControls"
import "VaultDirectory"

/// Of some vaults, those whose owner's capability an account holds and may use, and those of which it holds a seat.
access(all) fun main(account: Address, vaultIds: [UInt64]): {String: [UInt64]} {
    let storage = getAuthAccount<auth(CopyValue) &Account>(account).storage
    let vaults: [UInt64] = []
    let seats: [UInt64] = []
    for id in vaultIds {
        let vault = storage.copy<Capability<auth(VaultControls.Configure) &UsageBasedSubscriptions.SubscriptionVault>>(
            from: VaultDirectory.ownerCapabilityPath(id))
        let seat = storage.copy<Capability<auth(VaultApprovals.Approve) &VaultApprovals.Seat>>(
            from: VaultApprovals.capabilityPath(id))
        if vault?.check() ?? false { vaults.append(id) }
        if seat?.check() ?? false { seats.append(id) }
    }
    return { "vaults": vaults, "seats": seats }
}
