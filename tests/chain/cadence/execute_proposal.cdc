import "UsageBasedSubscriptions"

/// Anyone carries a proposal out.
transaction(vaultId: UInt64, proposalId: UInt64) {

    prepare(anyone: &Account) {
        UsageBasedSubscriptions.executeProposal(vaultId: vaultId, proposalId: proposalId)
    }
}
