import "VaultReports"

/// The reports of those vaults that exist.
access(all) fun main(ids: [UInt64]): [VaultReports.VaultReport] {
    return VaultReports.ofAll(ids)
}
