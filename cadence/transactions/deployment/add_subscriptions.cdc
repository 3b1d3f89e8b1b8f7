/// Deploys UsageBasedSubscriptions to the signer's account, with the terms that are fixed from then on.
/// Signer: the account that holds the project's contracts; those that it imports must be there.
/// Effect: the signer holds the admin's resources.
transaction(
    code: String,
    graceSeconds: UInt64,
    noticeSeconds: UInt64,
    settleDelaySeconds: UInt64,
    minimumDeposit: UFix64
) {

    prepare(signer: auth(AddContract) &Account) {
        signer.contracts.add(
            name: "UsageBasedSubscriptions",
            code: code.utf8,
            graceSeconds,
            noticeSeconds,
            settleDelaySeconds,
            minimumDeposit
        )
    }
}
