import type { VaultReport } from '#lib/flow/vault-report.ts'
import { flow, usd } from '#lib/money/units.ts'

export const OWNER = '0x01cf0e2f2f715450'

/** An active vault of 10 FLOW without usage, but for what a test says otherwise. */
export const vaultReport = (more: Partial<VaultReport> = {}): VaultReport => ({
  id: 7n,
  owner: OWNER,
  provider: '0x179b6b1cb6755e31',
  providerRegistered: true,
  serviceName: 'chat',
  status: 'active',
  balance: flow(1_000_000_000n),
  deposits: flow(1_000_000_000n),
  paid: flow(0n),
  refunded: flow(0n),
  accrued: flow(0n),
  uncovered: flow(0n),
  creditUsd: usd(0n),
  period: null,
  scheduleVersion: 1n,
  chargedUsd: usd(0n),
  tier: null,
  tokens: {},
  root: '',
  eventCount: 0n,
  lastSequence: 0n,
  capUsd: null,
  pendingCap: null,
  expiresAt: null,
  pausedFrom: null,
  reminderBelow: null,
  automaticPayment: false,
  pendingReturn: null,
  withdrawable: flow(0n),
  approvers: [],
  approvalsRequired: 0,
  ...more,
})
