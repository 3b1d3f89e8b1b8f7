import { formatFlow, formatUsd } from '#lib/money/decimal.ts'
import { flow, usd } from '#lib/money/units.ts'
import type { Plain } from '#lib/flow/json-cadence.ts'
import type { ApprovalsModel, ProposalModel } from './approvals-model.ts'
import type { LimitModel } from './limit-model.ts'
import type { Party } from './actions.ts'
import type { MeterModel } from './usage-model.ts'
import type { VaultModel } from './vault-model.ts'

export type AddressOf = (party: Party) => string

export const inFlow = (amount: bigint): string => formatFlow(flow(amount))
export const inUsd = (amount: bigint): string => formatUsd(usd(amount))
export const optional = <T>(value: T | null, write: (value: T) => Plain): Plain =>
  value === null ? null : write(value)

const pendingOf = (limit: LimitModel, now: number, write: (amount: bigint) => string): Plain =>
  optional(limit.pendingAt(now), (change) => ({ limit: optional(change.limit, write), actsAt: `${change.actsAt}` }))

function statusOf(model: VaultModel): string {
  if (model.closed) return 'closed'
  if (model.pending !== null && model.pending.amount === null) return 'closing'
  return model.isPaused ? 'paused' : 'active'
}

/** What `get_vault` should say of a vault: all that the model speaks about. */
export function expectedReport(model: VaultModel, now: number, addressOf: AddressOf): Record<string, Plain> {
  const { usage, pending, approvals } = model
  const meter = usage.meters.get(usage.latestPeriod) ?? null
  const report = {
    id: `${model.id}`,
    owner: addressOf(model.rights.owner),
    provider: addressOf(model.provider),
    providerRegistered: model.providerRegistered,
    status: statusOf(model),
    balance: inFlow(model.balance),
    deposits: inFlow(model.deposits),
    paid: inFlow(model.paid),
    refunded: inFlow(model.refunded),
    accrued: inFlow(model.accrued),
    uncovered: inFlow(model.uncovered),
    withdrawable: inFlow(model.withdrawable),
    creditUsd: inUsd(usage.creditUsd),
    lastSequence: `${usage.sequence}`,
    period: `${usage.latestPeriod}`,
    ...expectedMeter(meter),
    capUsd: optional(model.cap.at(now), inUsd),
    pendingCap: pendingOf(model.cap, now, inUsd),
    expiresAt: optional(model.expiresAt, String),
    pausedFrom: optional(model.pausedFrom, String),
    reminderBelow: optional(model.reminder, inFlow),
    automaticPayment: model.automatic,
    pendingReturn: optional(pending, ({ amount, actsAt, proposal }) => ({
      amount: optional(amount, inFlow),
      actsAt: `${actsAt}`,
      proposal: optional(proposal, String),
    })),
    approvers: approvals?.approvers.map(addressOf) ?? [],
    approvalsRequired: `${approvals?.required ?? 0}`,
  }
  return model.archived ? { ...report, ...NOTHING_LEFT } : report
}

/** All but the totals of a vault that was archived. */
const NOTHING_LEFT: Record<string, Plain> = {
  period: '0',
  ...expectedMeter(null),
  automaticPayment: false,
  capUsd: null,
  pendingCap: null,
  expiresAt: null,
  pausedFrom: null,
  reminderBelow: null,
  pendingReturn: null,
}

/** The part of a report, or of a meter, that is about one period. */
export function expectedMeter(meter: MeterModel | null): Record<string, Plain> {
  return {
    scheduleVersion: `${meter?.scheduleVersion ?? 0}`,
    chargedUsd: inUsd(meter?.chargedUsd ?? 0n),
    tier: meter?.tier ?? null,
    tokens: Object.fromEntries([...(meter?.usage ?? [])].map(([model, tokens]) => [model, `${tokens}`])),
    root: meter?.root ?? '',
    eventCount: `${meter?.eventCount ?? 0n}`,
  }
}

/** What `get_approvals` should say. */
export function expectedApprovals(approvals: ApprovalsModel, now: number, addressOf: AddressOf): Record<string, Plain> {
  const proposal = ({ id, kind, amount, to, policy, expiresAt, approvedBy }: ProposalModel): Plain => ({
    id: `${id}`,
    act: {
      kind,
      amount: optional(amount, inFlow),
      to: optional(to, addressOf),
      policy: optional(policy, ({ approvers, required, threshold }) => ({
        approvers: approvers.map(addressOf),
        required: `${required}`,
        threshold: optional(threshold, inFlow),
      })),
    },
    expiresAt: `${expiresAt}`,
    approvedBy: approvedBy.map(addressOf),
  })
  return {
    threshold: optional(approvals.threshold.at(now), inFlow),
    pendingThreshold: pendingOf(approvals.threshold, now, inFlow),
    paidInPeriod: inFlow(approvals.paidInPeriod(now)),
    approvedBeyond: inFlow(approvals.beyond),
    proposals: [...approvals.proposals.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(proposal),
  }
}
