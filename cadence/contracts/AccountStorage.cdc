/// Room in accounts: the vaults and the approvers' seats lie in this account, and its FLOW pays for them.
///
/// Invariant: what is free in this account when a vault was opened or approvers were named covers all that the vaults
/// and approvals of that moment can still grow by, so nothing that a party does keeps a reading from being settled.
access(all) contract AccountStorage {

    /// What this account had left when a vault was opened, in bytes; `reserve` is kept free.
    access(all) event StorageMeasured(address: Address, used: UInt64, reserve: UInt64, capacity: UInt64)

    /// Bytes that are kept free: for desks, terms and the like, and for what each vault and its approvals can grow by.
    access(all) var reserve: UInt64
    /// What opening took at most so far, measured at each vault, and what a vault can grow by afterwards.
    access(all) var vaultBytes: UInt64
    access(all) var vaultGrowth: UInt64
    /// What a vault's approvals can grow by after approvers were named.
    access(all) let approvalsGrowth: UInt64
    /// What a party's own account needs for the capability to a vault.
    access(all) let capabilityBytes: UInt64

    /// An account's storage in bytes and its FLOW. `capacity` grows with the balance.
    access(all) struct Report {
        access(all) let used: UInt64
        access(all) let capacity: UInt64
        access(all) let balance: UFix64
        /// What is kept free; in the account of the contracts only.
        access(all) let reserve: UInt64
        /// What one more vault needs in this account: with the contracts the vault, in others the capability to it.
        access(all) let nextVault: UInt64
        /// Whether one more vault fits.
        access(all) let hasRoom: Bool

        init(_ account: &Account) {
            let isOwn = account.address == AccountStorage.account.address
            self.used = account.storage.used
            self.capacity = account.storage.capacity
            self.balance = account.balance
            self.reserve = isOwn ? AccountStorage.reserve : 0
            self.nextVault = isOwn ? AccountStorage.nextVault() : AccountStorage.capabilityBytes
            self.hasRoom = self.used + self.reserve + self.nextVault <= self.capacity
        }
    }

    /// What one more vault is reckoned to need in this account: what the largest took so far, and its growth.
    access(all) view fun nextVault(): UInt64 {
        return self.vaultBytes + self.vaultGrowth
    }

    /// Whether so many bytes fit into this account beside the reserve.
    access(all) view fun hasRoomFor(_ bytes: UInt64): Bool {
        return self.account.storage.used + bytes + self.reserve <= self.account.storage.capacity
    }

    /// Why nothing more fits into this account, and what to do.
    access(all) view fun shortage(): String {
        return "The contract's account is short of storage. Ask the admin to add FLOW to "
            .concat(self.account.address.toString()).concat(".")
    }

    /// Used and available bytes of this account.
    access(all) view fun used(): UInt64 {
        return self.account.storage.used
    }

    access(all) view fun capacity(): UInt64 {
        return self.account.storage.capacity
    }

    /// Says what a vault can grow by.
    access(account) fun setVaultGrowth(_ bytes: UInt64) {
        self.vaultGrowth = bytes
    }

    /// Takes note of a vault that was opened, and of what that took.
    access(account) fun addVault(bytes: UInt64) {
        if bytes > self.vaultBytes { self.vaultBytes = bytes }
        self.reserve = self.reserve + self.vaultGrowth
        emit StorageMeasured(
            address: self.account.address, used: self.used(), reserve: self.reserve, capacity: self.capacity()
        )
    }

    access(account) fun removeVault() {
        self.reserve = self.reserve - self.vaultGrowth
    }

    access(account) fun addApprovals() {
        self.reserve = self.reserve + self.approvalsGrowth
    }

    access(account) fun removeApprovals() {
        self.reserve = self.reserve - self.approvalsGrowth
    }

    init() {
        self.reserve = 50_000
        self.vaultBytes = 0
        self.vaultGrowth = 0
        self.approvalsGrowth = 4_000
        self.capabilityBytes = 1_000
    }
}
