import "VaultDirectory"

/// The numbers of an owner's vaults, in no certain order. Reports of them: `get_vaults`, some at a time.
access(all) fun main(owner: Address): [UInt64] {
    return VaultDirectory.vaultIdsOfOwner(owner)
}
