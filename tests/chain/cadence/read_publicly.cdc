import "UsageBasedSubscriptions"

/// What the contract tells anyone of a vault of an owner's, and what it asks for usage in a period.
access(all) fun main(owner: Address, vaultId: UInt64, model: String, tokens: UInt64, period: UInt32): [String] {
    let vault = UsageBasedSubscriptions.borrowVault(owner: owner, vaultId: vaultId)
    let price = UsageBasedSubscriptions.calculateDynamicPrice(models: [model], tokens: [tokens], period: period)!
    return [vault?.serviceName ?? "none", price.tier, price.usd.toString()]
}
