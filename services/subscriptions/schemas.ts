import * as z from 'zod'
import { CALL_STATUSES } from '#lib/metering/usage-event.ts'
import { keyView } from '#services/api-keys/index.ts'

/** Amounts and counts travel as decimal strings, so that no reader rounds them. */
const amount = z.string().regex(/^\d+\.\d{8}$/)
const count = z.string().regex(/^\d+$/)
const instant = z.iso.datetime()

/** A vault as the chain reports it. */
const vaultReportView = z.object({
  id: count,
  owner: z.string(),
  provider: z.string(),
  serviceName: z.string(),
  status: z.enum(['active', 'paused', 'closing', 'closed']),
  balance: amount,
  deposits: amount,
  paid: amount,
  refunded: amount,
  accrued: amount,
  uncovered: amount,
  creditUsd: amount,
  chargedUsd: amount,
  period: z.number().nullable(),
  lastSequence: count,
  /** Most that a month may cost, and a lower cap that acts later. */
  capUsd: amount.nullable(),
  pendingCap: z.object({ limit: amount.nullable(), actsAt: instant }).nullable(),
  expiresAt: instant.nullable(),
  /** Nothing accrues from then on; may lie ahead. */
  pausedFrom: instant.nullable(),
  reminderBelow: amount.nullable(),
  automaticPayment: z.boolean(),
  /** What the provider may take now: less than what accrued while an approval is missing. */
  withdrawable: amount,
  /** FLOW that the owner asked back (null: all, and the vault closed), and from when it may be taken. */
  pendingReturn: z.object({ amount: amount.nullable(), actsAt: instant }).nullable(),
  /** Who must agree before FLOW leaves, and how many of them; nobody when the list is empty. */
  approvers: z.array(z.string()),
  approvalsRequired: z.number(),
})

const recentRequestView = z.object({
  id: z.string(),
  model: z.string(),
  startedAt: instant,
  inputTokens: count.nullable(),
  outputTokens: count.nullable(),
  status: z.enum(CALL_STATUSES),
  cacheHit: z.boolean(),
})

/** Usage of the billing period that is open now, priced as the contract will. */
const usageView = z.object({
  period: z.number(),
  tokens: count,
  requests: count,
  priceUsd: amount,
  tier: z.string(),
  models: z.array(z.object({ model: z.string(), tokens: count, requests: count, usd: amount })),
  recent: z.array(recentRequestView),
})

const settlementView = z.object({
  lastReading: z
    .object({
      sequence: count,
      status: z.enum(['planned', 'submitted', 'sealed', 'failed']),
      /** It failed and is not tried again: what it says is listed, and not billed. */
      refusedForGood: z.boolean(),
      txId: z.string().nullable(),
      usd: amount.nullable(),
      flow: amount.nullable(),
      at: instant,
    })
    .nullable(),
  /** Billable tokens that no sealed reading carries yet. */
  unsettledTokens: count,
})

/** What a vault's parties see: the chain's report, the key, the usage, the settlement. */
export const vaultView = z.object({
  vault: vaultReportView,
  /** The owner's account can sign for the vault: a vault that was given to it has to be accepted before. */
  claimed: z.boolean(),
  key: keyView,
  usage: usageView,
  settlement: settlementView,
})
export type VaultView = z.output<typeof vaultView>
export const vaultListView = z.object({ vaults: z.array(vaultView) })

export const providerSummaryView = z.object({
  provider: z.string(),
  registered: z.boolean(),
  /** FLOW of all vaults: settled and not paid, what of it may be withdrawn now, settled beyond the
   *  balances, and withdrawn before. */
  totals: z.object({ accrued: amount, withdrawable: amount, uncovered: amount, paid: amount }),
  vaults: z.array(vaultView),
})
export type ProviderSummary = z.output<typeof providerSummaryView>

export const publicConfigView = z.object({
  network: z.enum(['emulator', 'testnet', 'mainnet']),
  accessNode: z.string(),
  contractAddress: z.string(),
  addresses: z.record(z.string(), z.string()),
  defaultProvider: z.string().nullable(),
  /** Where keys are used: the base URL of any OpenAI package. */
  gatewayUrl: z.string(),
  walletDiscovery: z.string().nullable(),
  walletConnectProjectId: z.string().nullable(),
  deploymentId: z.string(),
  rate: z.object({ usdPerFlow: amount, source: z.string(), updatedAt: instant.nullable() }),
  minimumDeposit: amount,
  /** What a vault must be able to pay for its key to work. */
  keyFloorUsd: amount,
  settleIntervalMs: z.number(),
  settleDelaySeconds: z.number(),
})
export type PublicConfig = z.output<typeof publicConfigView>

export const modelListView = z.object({ models: z.array(z.string()) })

const policyView = z.object({ approvers: z.array(z.string()), required: z.number(), threshold: amount.nullable() })

/** Something that waits for approvals: FLOW taken back (null: all, and closed), a new owner, a payment, a policy. */
const proposalView = z.object({
  id: count,
  kind: z.enum(['takeBack', 'transfer', 'payment', 'policy']),
  amount: amount.nullable(),
  to: z.string().nullable(),
  /** Null where approvals would end. */
  policy: policyView.nullable(),
  expiresAt: instant,
  approvedBy: z.array(z.string()),
})

export const vaultApprovalsView = z.object({
  vault: z.object({ id: count, serviceName: z.string(), owner: z.string(), provider: z.string() }),
  /** The user holds a seat: it can approve. */
  seated: z.boolean(),
  /** Null: the vault needs nobody's approval. */
  approvals: policyView
    .extend({
      pendingThreshold: z.object({ limit: amount.nullable(), actsAt: instant }).nullable(),
      paidInPeriod: amount,
      proposals: z.array(proposalView),
    })
    .nullable(),
})
export type VaultApprovalsView = z.output<typeof vaultApprovalsView>
export const approvalListView = z.object({ vaults: z.array(vaultApprovalsView) })

export const storageView = z.object({
  address: z.string(),
  usedBytes: count,
  capacityBytes: count,
  /** More vaults that fit. */
  roomForVaults: count,
  /** `full`: no vault can be opened. `low`: an operator should add FLOW. */
  state: z.enum(['ok', 'low', 'full']),
})
export type StorageView = z.output<typeof storageView>
