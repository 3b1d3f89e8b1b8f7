/// Checks the signatures of FCL's account proofs and user messages on networks that have no such contract of their
/// own, which is the emulator. FCL calls both functions by name. Holds no state.
access(all) contract FCLCrypto {

    /// True when keys of the account worth at least 1000 signed the message (hex) as an account proof.
    access(all) fun verifyAccountProofSignatures(
        address: Address,
        message: String,
        keyIndices: [Int],
        signatures: [String]
    ): Bool {
        return self.verify(address, message, keyIndices, signatures, tag: "FCL-ACCOUNT-PROOF-V0.0")
    }

    /// True when keys of the account worth at least 1000 signed the message (hex) as a user message.
    access(all) fun verifyUserSignatures(
        address: Address,
        message: String,
        keyIndices: [Int],
        signatures: [String]
    ): Bool {
        return self.verify(address, message, keyIndices, signatures, tag: "FLOW-V0.0-user")
    }

    /// Each key counts once, and only if it isn't revoked.
    access(self) fun verify(
        _ address: Address,
        _ message: String,
        _ keyIndices: [Int],
        _ signatures: [String],
        tag: String
    ): Bool {
        if keyIndices.length != signatures.length { return false }
        let data = message.decodeHex()
        let counted: {Int: Bool} = {}
        var weight = 0.0
        for i, index in keyIndices {
            if counted.insert(key: index, true) != nil { return false }
            let key = getAccount(address).keys.get(keyIndex: index)
            if key == nil || key!.isRevoked { return false }
            let signed = key!.publicKey.verify(
                signature: signatures[i].decodeHex(),
                signedData: data,
                domainSeparationTag: tag,
                hashAlgorithm: key!.hashAlgorithm
            )
            if !signed { return false }
            weight = weight + key!.weight
        }
        return weight >= 1000.0
    }
}
