import { type Usd, usd } from '#lib/money/units.ts'
import { requireAccount } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { sumUsage } from './store.ts'

export interface UsageLine {
  /** Null: of a request that names none. */
  readonly provider: string | null
  readonly model: string | null
  readonly requests: bigint
  readonly inputTokens: bigint
  readonly outputTokens: bigint
  readonly cost: Usd
}

/** What the account that asks used, by provider and model, the dearest first. `to` is not in it. */
export async function summarizeUsage(
  ctx: ServiceContext,
  { from, to }: { from: Date; to: Date },
): Promise<{ lines: UsageLine[]; total: Usd }> {
  const accountId = requireAccount(ctx.actor)
  const lines = (await sumUsage(ctx.db, { accountId, deploymentId: ctx.deploymentId, from, to })).map((row) => ({
    provider: row.provider,
    model: row.model,
    requests: BigInt(row.requests),
    inputTokens: BigInt(row.input_tokens),
    outputTokens: BigInt(row.output_tokens),
    cost: usd(BigInt(row.cost)),
  }))
  return { lines, total: usd(lines.reduce((sum, { cost }) => sum + cost, 0n)) }
}
