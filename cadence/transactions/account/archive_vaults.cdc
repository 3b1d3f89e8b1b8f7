import "VaultArchive"

/// Removes closed vaults from the contracts' account, so that their storage is free for others; their totals stay.
/// Signer: anyone. Effect: reports say what the vaults had; nothing else is left of them.
/// Before: each vault is closed and paid out, and its last month takes no more readings.
transaction(vaultIds: [UInt64]) {

    prepare(signer: &Account) {}

    execute {
        for id in vaultIds {
            VaultArchive.archive(id)
        }
    }
}
