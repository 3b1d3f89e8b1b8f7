import * as z from 'zod'
import {
  chainAddress,
  chainFlow,
  chainInteger,
  chainPeriodOrNone,
  chainSmall,
  chainTime,
  chainUsd,
} from './chain-values.ts'

/** A vault as its contract reports it. `deposits = balance + paid + refunded` holds in every report. */
export const vaultReportSchema = z.object({
  id: chainInteger,
  owner: chainAddress,
  provider: chainAddress,
  /** Only vaults of registered providers get a key. */
  providerRegistered: z.boolean(),
  serviceName: z.string(),
  status: z.enum(['active', 'paused', 'closing', 'closed']),
  balance: chainFlow,
  deposits: chainFlow,
  paid: chainFlow,
  refunded: chainFlow,
  /** Settled, and the provider's to withdraw; still part of the balance. */
  accrued: chainFlow,
  /** Settled beyond the balance: paid from the next deposit. */
  uncovered: chainFlow,
  creditUsd: chainUsd,
  /** The latest period that had a reading; what follows up to `eventCount` is of it. */
  period: chainPeriodOrNone,
  scheduleVersion: chainInteger,
  chargedUsd: chainUsd,
  tier: z.string().nullable(),
  tokens: z.record(z.string(), chainInteger),
  /** Merkle root of the period's events, empty before the first reading. */
  root: z.string(),
  eventCount: chainInteger,
  lastSequence: chainInteger,
  /** Most that a period may cost, and a lower cap that the owner asked for and that acts later. */
  capUsd: chainUsd.nullable(),
  pendingCap: z.object({ limit: chainUsd.nullable(), actsAt: chainTime }).nullable(),
  /** Nothing accrues after it. */
  expiresAt: chainTime.nullable(),
  /** Nothing accrues from then on; may lie ahead. */
  pausedFrom: chainTime.nullable(),
  /** The owner wants to be reminded when less than this is not owed. */
  reminderBelow: chainFlow.nullable(),
  automaticPayment: z.boolean(),
  /** FLOW that the owner asked back (null: all, and the vault closed), and when it may be taken. */
  pendingReturn: z
    .object({ amount: chainFlow.nullable(), actsAt: chainTime, proposal: chainInteger.nullable() })
    .nullable(),
  /** What the provider may take now: less than what accrued while an approval is missing. */
  withdrawable: chainFlow,
  /** How many of whom must agree before FLOW leaves; nobody when the list is empty. */
  approvers: z.array(chainAddress),
  approvalsRequired: chainSmall,
})

export type VaultReport = z.output<typeof vaultReportSchema>

/** A report that can't be read, and why. */
export interface UnreadableReport {
  /** As the chain wrote it, if it did. */
  readonly id: string | null
  readonly fault: string
}

const named = z.looseObject({ id: z.string() })

/** Reads each report by itself: one that can't be read is told of, and keeps none of the others away. */
export function readVaultReports(items: readonly unknown[]): {
  reports: VaultReport[]
  unreadable: UnreadableReport[]
} {
  const reports: VaultReport[] = []
  const unreadable: UnreadableReport[] = []
  for (const item of items) {
    const read = vaultReportSchema.safeParse(item)
    if (read.success) reports.push(read.data)
    else unreadable.push({ id: named.safeParse(item).data?.id ?? null, fault: z.prettifyError(read.error) })
  }
  return { reports, unreadable }
}
