// Generated from cadence/ by `npm run generate:cadence`. Do not edit.

export const accountCreateAccount = {
  code: `import "FlowToken"
import "FungibleToken"

/// Creates an account with one P-256 key of full weight and gives it FLOW.
/// Signer: who pays for it; must hold the amount. The new address is in the event flow.AccountCreated.
transaction(publicKey: String, amount: UFix64) {

    /// The payer's FLOW for the new account.
    let payment: @{FungibleToken.Vault}

    /// Where the new account receives it.
    let receiver: &{FungibleToken.Receiver}

    prepare(payer: auth(BorrowValue) &Account) {
        let account = Account(payer: payer)
        account.keys.add(
            publicKey: PublicKey(
                publicKey: publicKey.decodeHex(),
                signatureAlgorithm: SignatureAlgorithm.ECDSA_P256
            ),
            hashAlgorithm: HashAlgorithm.SHA3_256,
            weight: 1000.0
        )
        let vault = payer.storage.borrow<auth(FungibleToken.Withdraw) &FlowToken.Vault>(from: /storage/flowTokenVault)
            ?? panic("create_account: Cannot pay! The signer has no FLOW vault. Sign with a funded account.")
        self.payment <- vault.withdraw(amount: amount)
        self.receiver = account.capabilities.borrow<&{FungibleToken.Receiver}>(/public/flowTokenReceiver)
            ?? panic("create_account: Cannot pay! The new account has no FLOW receiver.")
    }

    execute {
        self.receiver.deposit(from: <-self.payment)
    }
}
`,
  parameters: [
    { name: 'publicKey', type: 'String' },
    { name: 'amount', type: 'UFix64' },
  ],
} as const

export const adminAppointOracle = {
  code: `transaction(address: Address) { execute { panic("not yet") } }
`,
  parameters: [
    { name: 'address', type: 'Address' },
  ],
} as const

export const adminRegisterProvider = {
  code: `transaction(address: Address) { execute { panic("not yet") } }
`,
  parameters: [
    { name: 'address', type: 'Address' },
  ],
} as const

export const adminRemoveOracle = {
  code: `transaction(address: Address) { execute { panic("not yet") } }
`,
  parameters: [
    { name: 'address', type: 'Address' },
  ],
} as const

export const adminRemoveProvider = {
  code: `transaction(address: Address) { execute { panic("not yet") } }
`,
  parameters: [
    { name: 'address', type: 'Address' },
  ],
} as const

export const adminSetRate = {
  code: `transaction(usdPerFlow: UFix64, source: String) { execute { panic("not yet") } }
`,
  parameters: [
    { name: 'usdPerFlow', type: 'UFix64' },
    { name: 'source', type: 'String' },
  ],
} as const

export const deploymentAddContract = {
  code: `/// Deploys a contract whose \`init\` takes no arguments to the signer's account.
/// Signer: the account that holds the project's contracts. The contract must not be there yet.
transaction(name: String, code: String) {

    prepare(signer: auth(AddContract) &Account) {
        signer.contracts.add(name: name, code: code.utf8)
    }
}
`,
  parameters: [
    { name: 'name', type: 'String' },
    { name: 'code', type: 'String' },
  ],
} as const

export const deploymentAddSubscriptions = {
  code: `/// Deploys UsageBasedSubscriptions to the signer's account, with the terms that are fixed from then on.
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
`,
  parameters: [
    { name: 'code', type: 'String' },
    { name: 'graceSeconds', type: 'UInt64' },
    { name: 'noticeSeconds', type: 'UInt64' },
    { name: 'settleDelaySeconds', type: 'UInt64' },
    { name: 'minimumDeposit', type: 'UFix64' },
  ],
} as const

export const deploymentUpdateContract = {
  code: `/// Replaces the code of a contract on the signer's account; Cadence refuses a change that stored data could not survive.
/// Signer: the account that holds the project's contracts. The contract must be there.
transaction(name: String, code: String) {

    prepare(signer: auth(UpdateContract) &Account) {
        signer.contracts.update(name: name, code: code.utf8)
    }
}
`,
  parameters: [
    { name: 'name', type: 'String' },
    { name: 'code', type: 'String' },
  ],
} as const

export const oracleClaimOracle = {
  code: `transaction() { execute { panic("not yet") } }
`,
  parameters: [],
} as const

export const oracleSubmitReadings = {
  code: `transaction(vaultIds: [UInt64], periods: [UInt32], sequences: [UInt64], models: [[String]], tokens: [[UInt64]], roots: [String], eventCounts: [UInt64]) { execute { panic("not yet") } }
`,
  parameters: [
    { name: 'vaultIds', type: '[UInt64]' },
    { name: 'periods', type: '[UInt32]' },
    { name: 'sequences', type: '[UInt64]' },
    { name: 'models', type: '[[String]]' },
    { name: 'tokens', type: '[[UInt64]]' },
    { name: 'roots', type: '[String]' },
    { name: 'eventCounts', type: '[UInt64]' },
  ],
} as const

export const ownerCreateSubscription = {
  code: `transaction(provider: Address, serviceName: String, deposit: UFix64) { execute { panic("not yet") } }
`,
  parameters: [
    { name: 'provider', type: 'Address' },
    { name: 'serviceName', type: 'String' },
    { name: 'deposit', type: 'UFix64' },
  ],
} as const

export const ownerDeposit = {
  code: `transaction(vaultId: UInt64, amount: UFix64) { execute { panic("not yet") } }
`,
  parameters: [
    { name: 'vaultId', type: 'UInt64' },
    { name: 'amount', type: 'UFix64' },
  ],
} as const

export const providerWithdrawAccrued = {
  code: `transaction(vaultIds: [UInt64]) { execute { panic("not yet") } }
`,
  parameters: [
    { name: 'vaultIds', type: '[UInt64]' },
  ],
} as const

export const getProviders = {
  code: `access(all) fun main(): Bool { return false }
`,
  parameters: [],
} as const

export const getRoles = {
  code: `access(all) fun main(address: Address): Bool { return false }
`,
  parameters: [
    { name: 'address', type: 'Address' },
  ],
} as const

export const getSchedule = {
  code: `access(all) fun main(period: UInt32): Bool { return false }
`,
  parameters: [
    { name: 'period', type: 'UInt32' },
  ],
} as const

export const getSettings = {
  code: `access(all) fun main(): Bool { return false }
`,
  parameters: [],
} as const

export const getVault = {
  code: `access(all) fun main(id: UInt64): Bool { return false }
`,
  parameters: [
    { name: 'id', type: 'UInt64' },
  ],
} as const

export const getVaults = {
  code: `access(all) fun main(ids: [UInt64]): Bool { return false }
`,
  parameters: [
    { name: 'ids', type: '[UInt64]' },
  ],
} as const

export const getVaultsByOwner = {
  code: `access(all) fun main(owner: Address): Bool { return false }
`,
  parameters: [
    { name: 'owner', type: 'Address' },
  ],
} as const

export const getVaultsByProvider = {
  code: `access(all) fun main(provider: Address): Bool { return false }
`,
  parameters: [
    { name: 'provider', type: 'Address' },
  ],
} as const

export const priceUsage = {
  code: `access(all) fun main(models: [String], tokens: [UInt64], mode: String?, usdPerFlow: UFix64): Bool { return false }
`,
  parameters: [
    { name: 'models', type: '[String]' },
    { name: 'tokens', type: '[UInt64]' },
    { name: 'mode', type: 'String?' },
    { name: 'usdPerFlow', type: 'UFix64' },
  ],
} as const

export const verifyAccountProof = {
  code: `import "FCLCrypto"

/// Whether distinct keys of the account, of full weight together, signed the account proof \`message\` (hex).
access(all) fun main(address: Address, message: String, keyIndices: [Int], signatures: [String]): Bool {
    return FCLCrypto.verifyAccountProofSignatures(
        address: address,
        message: message,
        keyIndices: keyIndices,
        signatures: signatures
    )
}
`,
  parameters: [
    { name: 'address', type: 'Address' },
    { name: 'message', type: 'String' },
    { name: 'keyIndices', type: '[Int]' },
    { name: 'signatures', type: '[String]' },
  ],
} as const

export const transactions = {
  'account/create_account': accountCreateAccount,
  'admin/appoint_oracle': adminAppointOracle,
  'admin/register_provider': adminRegisterProvider,
  'admin/remove_oracle': adminRemoveOracle,
  'admin/remove_provider': adminRemoveProvider,
  'admin/set_rate': adminSetRate,
  'deployment/add_contract': deploymentAddContract,
  'deployment/add_subscriptions': deploymentAddSubscriptions,
  'deployment/update_contract': deploymentUpdateContract,
  'oracle/claim_oracle': oracleClaimOracle,
  'oracle/submit_readings': oracleSubmitReadings,
  'owner/create_subscription': ownerCreateSubscription,
  'owner/deposit': ownerDeposit,
  'provider/withdraw_accrued': providerWithdrawAccrued,
} as const

export const scripts = {
  'get_providers': getProviders,
  'get_roles': getRoles,
  'get_schedule': getSchedule,
  'get_settings': getSettings,
  'get_vault': getVault,
  'get_vaults': getVaults,
  'get_vaults_by_owner': getVaultsByOwner,
  'get_vaults_by_provider': getVaultsByProvider,
  'price_usage': priceUsage,
  'verify_account_proof': verifyAccountProof,
} as const

export const contracts: readonly string[] = [
  'BillingPeriod',
  'UsagePricing',
  'BillingTerms',
  'FCLCrypto',
  'MeterReadings',
  'VaultFunds',
  'UsageBasedSubscriptions',
  'MeterOracles',
]
