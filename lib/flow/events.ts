import * as z from 'zod'
import {
  chainAddress,
  chainFlow,
  chainInteger,
  chainPeriod,
  chainTime,
  chainUsd,
  chainUsdPerFlow,
} from './chain-values.ts'

const movement = z.object({ id: chainInteger, amount: chainFlow, balanceAfter: chainFlow })

const proposal = z.object({ vaultId: chainInteger, proposal: chainInteger })

/** The fields of each event about vaults, by the event's name; what they mean stands in the contracts. */
const subscriptionEvents = {
  VaultOpened: z.object({
    id: chainInteger,
    owner: chainAddress,
    provider: chainAddress,
    serviceName: z.string(),
    deposit: chainFlow,
  }),
  Deposited: movement,
  Withdrawn: movement.extend({ to: chainAddress }),
  PaidAutomatically: movement.extend({ to: chainAddress }),
  Refunded: movement.extend({ to: chainAddress }),
  CreditGranted: z.object({ id: chainInteger, usd: chainUsd, reason: z.string(), creditUsdAfter: chainUsd }),
  DebtIncurred: z.object({ id: chainInteger, amount: chainFlow, uncoveredAfter: chainFlow }),
  DebtPaid: z.object({ id: chainInteger, amount: chainFlow, accruedAfter: chainFlow, uncoveredAfter: chainFlow }),
  ReadingSettled: z.object({
    id: chainInteger,
    period: chainPeriod,
    sequence: chainInteger,
    models: z.array(z.string()),
    tokens: z.array(chainInteger),
    totalTokens: chainInteger,
    root: z.string(),
    eventCount: chainInteger,
    scheduleVersion: chainInteger,
    priceUsd: chainUsd,
    dueUsd: chainUsd,
    chargedUsdAfter: chainUsd,
    creditUsdAfter: chainUsd,
    usdPerFlow: chainUsdPerFlow,
    flowDue: chainFlow,
    accruedAfter: chainFlow,
    uncoveredAfter: chainFlow,
    balanceAfter: chainFlow,
    /** Null when nobody's capability was needed: the evidence proves itself. */
    oracle: chainAddress.nullable(),
    evidence: z.enum(['oracle_signature', 'flare_attestation']),
  }),
  /** The period of a refused reading may be any number. */
  ReadingSkipped: z.object({ id: chainInteger, period: chainInteger, sequence: chainInteger, reason: z.string() }),
  TierChanged: z.object({ id: chainInteger, period: chainPeriod, from: z.string().nullable(), to: z.string() }),
  AutomaticPaymentSet: z.object({ id: chainInteger, enabled: z.boolean() }),
  CapSet: z.object({ id: chainInteger, capUsd: chainUsd.nullable(), actsAt: chainTime }),
  ExpirySet: z.object({ id: chainInteger, expiresAt: chainTime.nullable() }),
  Paused: z.object({ id: chainInteger, actsAt: chainTime }),
  Resumed: z.object({ id: chainInteger }),
  ReminderSet: z.object({ id: chainInteger, below: chainFlow.nullable() }),
  TopUpNeeded: z.object({ id: chainInteger, free: chainFlow, below: chainFlow }),
  ReturnRequested: z.object({ id: chainInteger, amount: chainFlow.nullable(), actsAt: chainTime }),
  ReturnCancelled: z.object({ id: chainInteger }),
  /** Keys of the vault must be blocked: they were the old owner's. */
  VaultTransferred: z.object({ id: chainInteger, from: chainAddress, to: chainAddress }),
  ProviderCapabilityRenewed: z.object({ id: chainInteger, provider: chainAddress }),
  StorageMeasured: z.object({
    address: chainAddress,
    used: chainInteger,
    reserve: chainInteger,
    capacity: chainInteger,
  }),
  ApproversSet: z.object({
    vaultId: chainInteger,
    approvers: z.array(chainAddress),
    required: chainInteger,
    threshold: chainFlow.nullable(),
    thresholdActsAt: chainTime,
  }),
  ApprovalsEnded: z.object({ vaultId: chainInteger }),
  ProposalMade: proposal.extend({
    kind: z.string(),
    amount: chainFlow.nullable(),
    to: chainAddress.nullable(),
    approvers: z.array(chainAddress).nullable(),
    required: chainInteger.nullable(),
    threshold: chainFlow.nullable(),
    expiresAt: chainTime,
  }),
  ProposalApproved: proposal.extend({ approver: chainAddress, approvals: chainInteger, required: chainInteger }),
  ProposalExecuted: proposal.extend({ kind: z.string() }),
  ProposalDropped: proposal.extend({ kind: z.string() }),
  VaultClosed: z.object({
    id: chainInteger,
    creditUsdLapsed: chainUsd,
    uncoveredLapsed: chainFlow,
    balanceAfter: chainFlow,
  }),
  VaultArchived: z.object({ id: chainInteger }),
} as const

export type SubscriptionEventName = keyof typeof subscriptionEvents
export type SubscriptionEvent<N extends SubscriptionEventName> = z.output<(typeof subscriptionEvents)[N]>

/** An event as the chain reports it, its fields still plain. */
export interface RawEvent {
  /** `A.<address>.<contract>.<event>` */
  readonly type: string
  readonly data: unknown
}

/** The events of one name among those of a transaction, read into types. Throws when one has other fields. */
export function subscriptionEventsNamed<N extends SubscriptionEventName>(
  name: N,
  events: readonly RawEvent[],
): Array<SubscriptionEvent<N>> {
  const schema: z.ZodType = subscriptionEvents[name]
  const type = new RegExp(
    String.raw`\.(UsageBasedSubscriptions|AccountStorage|VaultControls|VaultApprovals|VaultArchive)\.${name}$`,
  )
  const wanted = events.filter((event) => type.test(event.type))
  return wanted.map((event) => schema.parse(event.data) as SubscriptionEvent<N>)
}
