import "FCLCrypto"

/// Whether distinct keys of the account, of full weight together, signed the account proof `message` (hex).
access(all) fun main(address: Address, message: String, keyIndices: [Int], signatures: [String]): Bool {
    return FCLCrypto.verifyAccountProofSignatures(
        address: address,
        message: message,
        keyIndices: keyIndices,
        signatures: signatures
    )
}
