import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { readVaults } from './read-vaults.ts'
import { saveTerms } from './store.ts'

/** Asks the chain for vaults and the rate now, and writes down what it says. Throws when it can't be asked. */
export async function refreshReports(ctx: ServiceContext, vaultIds: readonly bigint[]): Promise<void> {
  requireSystem(ctx.actor)
  const readAt = ctx.clock()
  const [{ rate, settleDelaySeconds }] = await Promise.all([
    ctx.chain.script('get_settings', {}),
    readVaults(ctx, vaultIds),
  ])
  const usdPerFlow = rate?.usdPerFlow ?? null
  await saveTerms(ctx.db, ctx.deploymentId, { usdPerFlow, settleDelayMs: settleDelaySeconds * 1_000, readAt })
}
