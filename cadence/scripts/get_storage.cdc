import "AccountStorage"

/// An account's storage in bytes, its FLOW, and what one more vault needs in it.
access(all) fun main(address: Address): AccountStorage.Report {
    return AccountStorage.Report(getAccount(address))
}
