import * as z from 'zod'
import { chainAddress, chainFlow, chainInteger, chainPeriodOrNone, chainTime, chainUsd } from './chain-values.ts'

/** A vault as its contract reports it. `deposits = balance + paid + refunded` holds in every report. */
export const vaultReportSchema = z.object({
  id: chainInteger,
  owner: chainAddress,
  provider: chainAddress,
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
  /** Charged so far in the open period. */
  chargedUsd: chainUsd,
  period: chainPeriodOrNone,
  lastSequence: chainInteger,
  capUsd: chainUsd.nullable(),
  expiresAt: chainTime.nullable(),
  automaticPayment: z.boolean(),
})

export type VaultReport = z.output<typeof vaultReportSchema>
