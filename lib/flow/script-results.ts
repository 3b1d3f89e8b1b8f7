import * as z from 'zod'
import type { scripts } from './cadence.generated.ts'
import type { Multiplier, Schedule } from '../pricing/schedule.ts'
import {
  chainAddress,
  chainFlow,
  chainInteger,
  chainSmall,
  chainTime,
  chainUsd,
  chainUsdPerFlow,
} from './chain-values.ts'
import type { Plain } from './json-cadence.ts'
import { readVaultReports, vaultReportSchema } from './vault-report.ts'

const rateSourceSchema = z.object({ name: z.string(), activeFrom: chainTime })

const chainSettingsSchema = z
  .object({
    /** Made when the contract was deployed: another chain, or a reset one, has another. */
    deploymentId: z.string().min(1),
    graceSeconds: chainSmall,
    noticeSeconds: chainSmall,
    settleDelaySeconds: chainSmall,
    minimumDeposit: chainFlow,
    usdPerFlow: chainUsdPerFlow.nullable(),
    rateSource: z.string().nullable(),
    rateSetAt: chainTime.nullable(),
    rateMaxAgeSeconds: chainSmall,
    /** Of two rates within so many seconds none is more than so many times the other. */
    rateMaxFactor: z.string(),
    rateWindowSeconds: chainSmall,
    /** From whom rates are taken now, and from whom after the notice time; null: nobody. */
    sourceInForce: rateSourceSchema.nullable(),
    sourceToCome: rateSourceSchema.nullable(),
  })
  .transform(({ usdPerFlow, rateSource: source, rateSetAt: setAt, ...settings }) => ({
    ...settings,
    /** Null until the admin sets one; nothing settles before. A rate of the source `fixed` doesn't age. */
    rate: usdPerFlow === null || source === null || setAt === null ? null : { usdPerFlow, source, setAt },
  }))

const rolesSchema = z.object({ admin: z.boolean(), oracle: z.boolean(), provider: z.boolean() })

const multiplierSchema = z
  .object({ parts: z.array(z.string()), bps: chainInteger })
  .transform(({ parts, bps }): Multiplier => ({ all: parts, bps }))

const scheduleSchema = z.object({
  version: chainInteger,
  /** YYYYMM. */
  effectiveFrom: chainSmall,
  mode: z.enum(['volume', 'graduated']),
  tiers: z.array(
    z.object({ name: z.string(), upTo: chainInteger.nullable(), usdPer1K: chainUsd, discountBps: chainInteger }),
  ),
  multipliers: z.array(multiplierSchema),
}) satisfies z.ZodType<Schedule>

const chainPriceSchema = z.object({ tier: z.string(), usd: chainUsd, flow: chainFlow })

const approvalsSchema = z.object({
  vaultId: chainInteger,
  approvers: z.array(chainAddress),
  required: chainSmall,
  /** FLOW that a provider may be paid in a period without approval; null: whatever accrued. */
  threshold: chainFlow.nullable(),
  pendingThreshold: z.object({ limit: chainFlow.nullable(), actsAt: chainTime }).nullable(),
  paidInPeriod: chainFlow,
  approvedBeyond: chainFlow,
  proposals: z.array(
    z.object({
      id: chainInteger,
      act: z.object({
        kind: z.enum(['takeBack', 'transfer', 'payment', 'policy']),
        amount: chainFlow.nullable(),
        to: chainAddress.nullable(),
        policy: z
          .object({ approvers: z.array(chainAddress), required: chainSmall, threshold: chainFlow.nullable() })
          .nullable(),
      }),
      expiresAt: chainTime,
      approvedBy: z.array(chainAddress),
    }),
  ),
})

/** Sizes in bytes; `reserve` is kept free, `nextVault` is what one more vault needs in the account. */
const storageSchema = z.object({
  used: chainInteger,
  capacity: chainInteger,
  balance: chainFlow,
  reserve: chainInteger,
  nextVault: chainInteger,
  hasRoom: z.boolean(),
})

/** What each script answers. */
const scriptResults = {
  get_approvals: approvalsSchema.nullable(),
  get_claims: z.object({ vaults: z.array(chainInteger), seats: z.array(chainInteger) }),
  get_handlers: z.array(z.string()),
  get_providers: z.array(chainAddress),
  get_rate: chainUsdPerFlow.nullable(),
  get_roles: rolesSchema,
  get_schedule: scheduleSchema,
  get_seats: z.object({ vaultIds: z.array(chainInteger), next: z.array(chainInteger).max(1) }),
  get_settings: chainSettingsSchema,
  get_storage: storageSchema,
  get_vault: vaultReportSchema.nullable(),
  get_vault_ids_by_owner: z.array(chainInteger),
  get_vault_ids_by_provider: z.array(chainInteger),
  get_vaults: z.array(z.unknown()).transform(readVaultReports),
  preview_price: chainPriceSchema,
  price_usage: chainPriceSchema,
  verify_account_proof: z.boolean(),
} as const satisfies Record<keyof typeof scripts, z.ZodType>

export type ScriptName = keyof typeof scripts
export type ScriptResult<N extends ScriptName> = z.output<(typeof scriptResults)[N]>

/** Reads a script's plain result into types. Throws when its shape is another, which means other contracts. */
export function readResult<N extends ScriptName>(name: N, result: Plain): ScriptResult<N> {
  const schema: z.ZodType = scriptResults[name]
  return schema.parse(result) as ScriptResult<N>
}
