import "VaultReports"

/// A vault's report, or nil if there is no such vault.
access(all) fun main(id: UInt64): VaultReports.VaultReport? {
    return VaultReports.of(id)
}
