/// Leaves so many bytes of an account's storage free once so much of its FLOW will have left.
transaction(leaving: UFix64, free: Int) {

    prepare(owner: auth(SaveValue) &Account) {
        let capacity = (owner.balance - leaving) * 100_000_000.0
        let text = "x".utf8
        while text.length * 2 + Int(owner.storage.used) + free < Int(capacity) {
            text.appendAll(text)
        }
        while text.length + Int(owner.storage.used) + free < Int(capacity) {
            text.append(120)
        }
        owner.storage.save(String.fromUTF8(text)!, to: /storage/filling)
    }
}
