/// Where vaults lie, which an account owns, and from which it is paid. Holds numbers only.
access(all) contract VaultDirectory {

    access(self) let byOwner: {Address: {UInt64: Bool}}
    access(self) let byProvider: {Address: {UInt64: Bool}}

    /// How often a vault changed hands, if it did.
    access(self) let transfers: {UInt64: UInt64}

    /// Where a vault lies: another place after each transfer, as a reference finds whatever lies at its path.
    access(all) view fun vaultPath(_ id: UInt64): StoragePath {
        let identifier = "UsageBasedSubscriptionsVault".concat(id.toString())
        let transfers = self.transfers[id]
        return StoragePath(identifier: transfers == nil
            ? identifier
            : identifier.concat("_").concat(transfers!.toString())
        )!
    }

    access(all) view fun vaultIdsOfOwner(_ owner: Address): [UInt64] {
        return self.byOwner[owner]?.keys ?? []
    }

    access(all) view fun vaultIdsOfProvider(_ provider: Address): [UInt64] {
        return self.byProvider[provider]?.keys ?? []
    }

    access(account) fun add(_ id: UInt64, owner: Address, provider: Address) {
        if self.byOwner[owner] == nil { self.byOwner[owner] = {} }
        if self.byProvider[provider] == nil { self.byProvider[provider] = {} }
        let ofOwner = (&self.byOwner[owner] as auth(Mutate) &{UInt64: Bool}?)!
        let ofProvider = (&self.byProvider[provider] as auth(Mutate) &{UInt64: Bool}?)!
        ofOwner.insert(key: id, true)
        ofProvider.insert(key: id, true)
    }

    access(account) fun changeOwner(_ id: UInt64, from: Address, to: Address, provider: Address) {
        let ofOwner = &self.byOwner[from] as auth(Mutate) &{UInt64: Bool}?
        ofOwner?.remove(key: id)
        self.transfers[id] = (self.transfers[id] ?? 0) + 1
        self.add(id, owner: to, provider: provider)
    }

    init() {
        self.byOwner = {}
        self.byProvider = {}
        self.transfers = {}
    }
}
