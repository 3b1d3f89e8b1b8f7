import type { VaultReport } from '#lib/flow/vault-report.ts'
import { formatFlow, formatUsd } from '#lib/money/decimal.ts'
import type { VaultUsage } from '#services/metering/index.ts'
import type { LastReading, VaultSettlement } from '#services/settlement/index.ts'
import type { VaultView } from './schemas.ts'

/** The chain's report on the wire. */
export function toReportView(report: VaultReport): VaultView['vault'] {
  return {
    id: report.id.toString(),
    owner: report.owner,
    provider: report.provider,
    serviceName: report.serviceName,
    status: report.status,
    balance: formatFlow(report.balance),
    deposits: formatFlow(report.deposits),
    paid: formatFlow(report.paid),
    refunded: formatFlow(report.refunded),
    accrued: formatFlow(report.accrued),
    uncovered: formatFlow(report.uncovered),
    creditUsd: formatUsd(report.creditUsd),
    chargedUsd: formatUsd(report.chargedUsd),
    period: report.period,
    lastSequence: report.lastSequence.toString(),
    capUsd: report.capUsd === null ? null : formatUsd(report.capUsd),
    pendingCap: report.pendingCap && {
      limit: report.pendingCap.limit === null ? null : formatUsd(report.pendingCap.limit),
      actsAt: report.pendingCap.actsAt.toISOString(),
    },
    expiresAt: report.expiresAt?.toISOString() ?? null,
    pausedFrom: report.pausedFrom?.toISOString() ?? null,
    reminderBelow: report.reminderBelow === null ? null : formatFlow(report.reminderBelow),
    automaticPayment: report.automaticPayment,
    withdrawable: formatFlow(report.withdrawable),
    pendingReturn: toReturnView(report.pendingReturn),
    approvers: report.approvers,
    approvalsRequired: report.approvalsRequired,
  }
}

function toReturnView(pending: VaultReport['pendingReturn']): VaultView['vault']['pendingReturn'] {
  if (!pending) return null
  return { amount: pending.amount === null ? null : formatFlow(pending.amount), actsAt: pending.actsAt.toISOString() }
}

/** A period's usage on the wire. */
export function toUsageView(usage: VaultUsage): VaultView['usage'] {
  return {
    period: usage.period,
    tokens: usage.tokens.toString(),
    requests: usage.requests.toString(),
    priceUsd: formatUsd(usage.priceUsd),
    tier: usage.tier,
    models: usage.models.map((share) => ({
      model: share.model,
      tokens: share.tokens.toString(),
      requests: share.requests.toString(),
      usd: formatUsd(share.usd),
    })),
    recent: usage.recent.map((call) => ({
      id: call.id,
      model: call.model,
      startedAt: call.startedAt.toISOString(),
      inputTokens: call.inputTokens?.toString() ?? null,
      outputTokens: call.outputTokens?.toString() ?? null,
      status: call.status,
      cacheHit: call.cacheHit,
    })),
  }
}

/** How the usage stands on chain, on the wire. */
export function toSettlementView({ lastReading, unsettledTokens }: VaultSettlement): VaultView['settlement'] {
  return { lastReading: lastReading && toReadingView(lastReading), unsettledTokens: unsettledTokens.toString() }
}

const toReadingView = ({ sequence, status, refusedForGood, txId, usd, flow, at }: LastReading) => ({
  sequence: sequence.toString(),
  status,
  refusedForGood,
  txId,
  usd: usd === null ? null : formatUsd(usd),
  flow: flow === null ? null : formatFlow(flow),
  at: at.toISOString(),
})
