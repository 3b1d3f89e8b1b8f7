import "FlowToken"
import "AccountStorage"
import "BillingTerms"
import "DelayedLimits"
import "FlareFDCTriggers"
import "MeterOracles"
import "MeterReadings"
import "UsageBasedSubscriptions"
import "UsagePricing"
import "VaultApprovals"
import "VaultControls"
import "VaultDirectory"
import "VaultFunds"
import "VaultUsage"

/// Anyone calls something on what the contracts show to everyone. Tests put the call in.
transaction(vaultId: UInt64) {

    prepare(anyone: &Account) {
        let vault = UsageBasedSubscriptions.vaultOf(vaultId)!
        let terms = UsageBasedSubscriptions.borrowTerms()
        let triggers = FlareFDCTriggers.getRegistryRef()
        let key = PublicKey(
            publicKey: anyone.keys.get(keyIndex: 0)!.publicKey.publicKey,
            signatureAlgorithm: SignatureAlgorithm.ECDSA_P256
        )
        CALL
    }
}
