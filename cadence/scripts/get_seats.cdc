import "UsageBasedSubscriptions"
import "VaultApprovals"
import "VaultDirectory"

/// The vaults that an account approves for, among `count` from one number on; and the number to go on from, if that is
/// not all.
access(all) fun main(approver: Address, from: UInt64, count: UInt64): {String: [UInt64]} {
    let vaultIds: [UInt64] = []
    var id = from
    while id - from < count {
        if UsageBasedSubscriptions.vaultOf(id) == nil && VaultDirectory.closedVault(id) == nil { break }
        if VaultApprovals.of(id)?.approvers?.contains(approver) ?? false { vaultIds.append(id) }
        id = id + 1
    }
    return { "vaultIds": vaultIds, "next": id - from < count ? [] : [id] }
}
