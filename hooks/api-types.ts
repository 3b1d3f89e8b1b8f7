/** What the API answers. Money and tokens are decimal strings; instants are ISO 8601. */
type Network = 'emulator' | 'testnet' | 'mainnet'

export interface AppConfig {
  network: Network
  accessNode: string
  contractAddress: string
  addresses: Record<string, string>
  defaultProvider: string | null
  litellmUrl: string
  walletDiscovery: string | null
  walletConnectProjectId: string | null
  deploymentId: string
  /** Price of one FLOW when the page was loaded. */
  rate: { usdPerFlow: string; source: string; updatedAt: string | null }
  /** Least FLOW that a new vault needs. */
  minimumDeposit: string
  /** Milliseconds between settlements. */
  settleIntervalMs: number
  /** How long FLOW that was asked back stays in the vault, so that usage until then is paid first. */
  settleDelaySeconds: number
}

interface Roles {
  admin: boolean
  oracle: boolean
  provider: boolean
}

export interface Session {
  address: string
  roles: Roles
}

type VaultStatus = 'active' | 'paused' | 'closing' | 'closed'

/** A vault as the chain reports it. */
export interface VaultReport {
  id: string
  owner: string
  provider: string
  serviceName: string
  status: VaultStatus
  balance: string
  deposits: string
  paid: string
  refunded: string
  accrued: string
  uncovered: string
  creditUsd: string
  chargedUsd: string
  period: number | null
  lastSequence: string
  /** FLOW that the owner asked back (null: all, and the vault closed), and from when it may be taken. */
  pendingReturn: { amount: string | null; actsAt: string } | null
  approvalsRequired: number
}

export interface KeyView {
  state: 'none' | 'pending' | 'active' | 'blocked'
  masked: string | null
  acknowledged: boolean
}

export interface CreatedKey extends KeyView {
  /** In the answer that made the key, and nowhere else. */
  secret?: string
}

export interface ModelUsage {
  model: string
  tokens: string
  requests: string
  usd: string
}

export interface RecentRequest {
  id: string
  model: string
  startedAt: string
  inputTokens: string | null
  outputTokens: string | null
  status: 'success' | 'failure'
  cacheHit: boolean
}

export interface UsageView {
  period: number
  tokens: string
  requests: string
  priceUsd: string
  tier: string
  models: ModelUsage[]
  recent: RecentRequest[]
}

interface LastReading {
  sequence: string
  status: 'planned' | 'submitted' | 'sealed' | 'failed'
  txId: string | null
  usd: string | null
  flow: string | null
  at: string
}

export interface SettlementView {
  lastReading: LastReading | null
  unsettledTokens: string
}

export interface VaultView {
  vault: VaultReport
  key: KeyView
  usage: UsageView
  settlement: SettlementView
}

/** What a provider earned, over all vaults that name it. */
export interface ProviderSummary {
  provider: string
  registered: boolean
  totals: { accrued: string; uncovered: string; paid: string }
  vaults: VaultView[]
}

export interface DevAccount {
  name: string
  address: string
  keyIndex: number
}
