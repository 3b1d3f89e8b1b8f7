/// Room in accounts: the vaults and the approvers' seats lie in this account, and its FLOW pays for them.
/// Holds no state.
access(all) contract AccountStorage {

    /// Bytes that stay free in this account, so that vaults that exist can go on settling.
    access(all) let reserve: UInt64
    /// What one more vault needs in this account at most, with its capabilities, and what one more approver needs.
    access(all) let vaultBytes: UInt64
    access(all) let seatBytes: UInt64
    /// What a party's own account needs for the capability to a vault.
    access(all) let capabilityBytes: UInt64

    /// An account's storage in bytes and its FLOW. `capacity` grows with the balance.
    access(all) struct Report {
        access(all) let used: UInt64
        access(all) let capacity: UInt64
        access(all) let balance: UFix64
        /// What one more vault needs in this account: with the contracts the vault, in others the capability to it.
        access(all) let nextVault: UInt64
        /// Whether one more vault fits.
        access(all) let hasRoom: Bool

        init(_ account: &Account) {
            let isOwn = account.address == AccountStorage.account.address
            self.used = account.storage.used
            self.capacity = account.storage.capacity
            self.balance = account.balance
            self.nextVault = isOwn ? AccountStorage.vaultBytes : AccountStorage.capabilityBytes
            self.hasRoom = isOwn
                ? AccountStorage.hasRoomFor(AccountStorage.vaultBytes)
                : self.used + self.nextVault <= self.capacity
        }
    }

    /// Whether so many bytes fit into this account beside the reserve.
    access(all) view fun hasRoomFor(_ bytes: UInt64): Bool {
        return self.account.storage.used + bytes + self.reserve <= self.account.storage.capacity
    }

    /// Used and available bytes of this account.
    access(all) view fun used(): UInt64 {
        return self.account.storage.used
    }

    access(all) view fun capacity(): UInt64 {
        return self.account.storage.capacity
    }

    init() {
        self.reserve = 50_000
        self.vaultBytes = 8_000
        self.seatBytes = 2_000
        self.capabilityBytes = 1_000
    }
}
