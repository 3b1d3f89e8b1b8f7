/// The FLOW of all these accounts together.
access(all) fun main(addresses: [Address]): UFix64 {
    var sum = 0.0
    for address in addresses {
        sum = sum + getAccount(address).balance
    }
    return sum
}
