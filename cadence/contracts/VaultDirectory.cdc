/// Which vaults an account owns, and from which it is paid. Holds numbers only.
access(all) contract VaultDirectory {

    access(self) let byOwner: {Address: {UInt64: Bool}}
    access(self) let byProvider: {Address: {UInt64: Bool}}

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
        self.add(id, owner: to, provider: provider)
    }

    init() {
        self.byOwner = {}
        self.byProvider = {}
    }
}
