import type { KeyBlockReason } from '#lib/keys/key-blocks.ts'

/** What the API answers. Money and tokens are decimal strings; instants are ISO 8601. */
type Network = 'emulator' | 'testnet' | 'mainnet'

export interface AppConfig {
  network: Network
  accessNode: string
  contractAddress: string
  addresses: Record<string, string>
  defaultProvider: string | null
  gatewayUrl: string
  walletDiscovery: string | null
  walletConnectProjectId: string | null
  deploymentId: string
  /** Price of one FLOW when the page was loaded. */
  rate: { usdPerFlow: string; source: string; updatedAt: string | null }
  /** Least FLOW that a new vault needs. */
  minimumDeposit: string
  /** USD that a vault must be able to pay for its key to work. */
  keyFloorUsd: string
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
  /** Null while the chain can't be asked. */
  roles: Roles | null
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
  /** Most USD that a month may cost, and a lower cap that acts later. */
  capUsd: string | null
  pendingCap: DelayedLimit | null
  /** Nothing accrues after it. */
  expiresAt: string | null
  /** Nothing accrues from then on; may lie ahead. */
  pausedFrom: string | null
  reminderBelow: string | null
  automaticPayment: boolean
  /** What the provider may take now: less than what accrued while an approval is missing. */
  withdrawable: string
  /** FLOW that the owner asked back (null: all, and the vault closed), and from when it may be taken. */
  pendingReturn: { amount: string | null; actsAt: string } | null
  /** Who must agree before FLOW leaves, and how many of them. */
  approvers: string[]
  approvalsRequired: number
}

/** A limit that was asked for and acts later; null: none. */
interface DelayedLimit {
  limit: string | null
  actsAt: string
}

export interface KeyBlock {
  reason: KeyBlockReason
  detail: string
  since: string
}

export interface KeyView {
  state: 'none' | 'pending' | 'active' | 'blocked'
  masked: string | null
  acknowledged: boolean
  /** Why it may not be used, oldest reason first. */
  blocks: KeyBlock[]
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
  status: 'success' | 'failure' | 'unknown'
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
  /** It failed and is not tried again. */
  refusedForGood: boolean
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
  /** The owner can sign for it: a vault that was given to it has to be accepted before. */
  claimed: boolean
  key: KeyView
  usage: UsageView
  settlement: SettlementView
}

/** What a provider earned, over all vaults that name it. */
export interface ProviderSummary {
  provider: string
  registered: boolean
  totals: { accrued: string; withdrawable: string; uncovered: string; paid: string }
  vaults: VaultView[]
}

export interface DevAccount {
  name: string
  address: string
  keyIndex: number
}

export interface Policy {
  approvers: string[]
  required: number
  /** FLOW that the provider may be paid in a month without approval; null for no bound. */
  threshold: string | null
}

export interface Proposal {
  id: string
  kind: 'takeBack' | 'transfer' | 'payment' | 'policy'
  /** FLOW; null where all is taken back and the vault closed. */
  amount: string | null
  to: string | null
  /** Null where approvals would end. */
  policy: Policy | null
  expiresAt: string
  approvedBy: string[]
}

export interface Approvals extends Policy {
  pendingThreshold: DelayedLimit | null
  paidInPeriod: string
  proposals: Proposal[]
}

export interface VaultApprovals {
  vault: { id: string; serviceName: string; owner: string; provider: string }
  /** The signed-in account holds a seat: it can approve. */
  seated: boolean
  /** Null: the vault needs nobody's approval. */
  approvals: Approvals | null
}

/** How full the contracts' account is. */
export interface StorageReport {
  address: string
  usedBytes: string
  capacityBytes: string
  roomForVaults: string
  state: 'ok' | 'low' | 'full'
}
