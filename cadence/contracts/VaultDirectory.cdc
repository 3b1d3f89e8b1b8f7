/// Where vaults lie, which an account owns, and from which it is paid; where parties find and keep the capabilities to
/// them; and what is left of those that were closed and archived. Holds numbers and names, no FLOW.
///
/// Invariant: what is left of an archived vault stays for ever, so its number is never taken for that of no vault.
access(all) contract VaultDirectory {

    access(all) struct ClosedVault {
        access(all) let owner: Address
        access(all) let provider: Address
        access(all) let serviceName: String
        /// deposits = paid + refunded
        access(all) let deposits: UFix64
        access(all) let paid: UFix64
        access(all) let refunded: UFix64
        access(all) let lastSequence: UInt64

        view init(
            owner: Address,
            provider: Address,
            serviceName: String,
            deposits: UFix64,
            paid: UFix64,
            refunded: UFix64,
            lastSequence: UInt64
        ) {
            self.owner = owner
            self.provider = provider
            self.serviceName = serviceName
            self.deposits = deposits
            self.paid = paid
            self.refunded = refunded
            self.lastSequence = lastSequence
        }
    }

    access(self) let byOwner: {Address: {UInt64: Bool}}
    access(self) let byProvider: {Address: {UInt64: Bool}}

    /// How often a vault changed hands, if it did.
    access(self) let transfers: {UInt64: UInt64}

    access(self) let closed: {UInt64: ClosedVault}

    /// Where a vault lies: another place after each transfer, as a reference finds whatever lies at its path.
    access(all) view fun vaultPath(_ id: UInt64): StoragePath {
        let identifier = "UsageBasedSubscriptionsVault".concat(id.toString())
        let transfers = self.transfers[id]
        return StoragePath(identifier: transfers == nil
            ? identifier
            : identifier.concat("_").concat(transfers!.toString())
        )!
    }

    /// The names under which capabilities wait in this account's inbox.
    access(all) view fun ownerInboxName(_ vaultId: UInt64): String {
        return "UsageBasedSubscriptions.owner.".concat(vaultId.toString())
    }

    access(all) view fun providerInboxName(_ vaultId: UInt64): String {
        return "UsageBasedSubscriptions.provider.".concat(vaultId.toString())
    }

    /// Where an owner or provider keeps its capability to a vault. The address keeps deployments apart.
    access(all) view fun ownerCapabilityPath(_ vaultId: UInt64): StoragePath {
        return self.capabilityPath("Owner", vaultId)
    }

    access(all) view fun providerCapabilityPath(_ vaultId: UInt64): StoragePath {
        return self.capabilityPath("Provider", vaultId)
    }

    access(all) view fun vaultIdsOfOwner(_ owner: Address): [UInt64] {
        return self.byOwner[owner]?.keys ?? []
    }

    access(all) view fun vaultIdsOfProvider(_ provider: Address): [UInt64] {
        return self.byProvider[provider]?.keys ?? []
    }

    /// What is left of a vault that was archived; nil for any other.
    access(all) view fun closedVault(_ id: UInt64): ClosedVault? {
        return self.closed[id]
    }

    access(account) fun addClosed(_ id: UInt64, _ vault: ClosedVault) {
        self.closed[id] = vault
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
        let ofOwner = (&self.byOwner[from] as auth(Mutate) &{UInt64: Bool}?)!
        ofOwner.remove(key: id)
        // An empty list would stay for every account that a vault ever passed through.
        if ofOwner.length == 0 { self.byOwner.remove(key: from) }
        self.transfers[id] = (self.transfers[id] ?? 0) + 1
        self.add(id, owner: to, provider: provider)
    }

    access(self) view fun capabilityPath(_ party: String, _ vaultId: UInt64): StoragePath {
        return StoragePath(identifier: "UsageBasedSubscriptions".concat(party).concat(self.account.address.toString())
            .concat("_").concat(vaultId.toString()))!
    }

    init() {
        self.byOwner = {}
        self.byProvider = {}
        self.transfers = {}
        self.closed = {}
    }
}
