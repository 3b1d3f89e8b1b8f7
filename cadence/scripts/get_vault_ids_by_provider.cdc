import "VaultDirectory"

/// The numbers of a provider's vaults, in no certain order. Reports of them: `get_vaults`, some at a time.
access(all) fun main(provider: Address): [UInt64] {
    return VaultDirectory.vaultIdsOfProvider(provider)
}
