import { requireAdmin, requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { viewLimits } from './limit-view.ts'
import { requireLimitRight } from './require-limit-right.ts'
import type { LimitView } from './schemas.ts'
import { listAllStanding, listStanding } from './store.ts'

const MOST = 1_000

/** Which limits: an account's, all of the installation (`all`, for the admin), or those of the caller's accounts. */
export interface LimitQuery {
  readonly account?: string | undefined
}

/** Limits with what is used of them now, oldest first. */
export async function listLimits(ctx: ServiceContext, { account }: LimitQuery): Promise<{ limits: LimitView[] }> {
  if (account === 'all') {
    await requireAdmin(ctx)
    return { limits: await viewLimits(ctx, await listAllStanding(ctx.db, ctx.deploymentId, MOST)) }
  }
  const accounts = account === undefined ? await ownAccounts(ctx) : [account]
  if (account !== undefined) await requireLimitRight(ctx, account)
  return { limits: await viewLimits(ctx, await listStanding(ctx.db, ctx.deploymentId, accounts)) }
}

async function ownAccounts(ctx: ServiceContext): Promise<string[]> {
  const vaults = await ctx.chain.script('get_vaults_by_owner', { owner: requireUser(ctx.actor) })
  return vaults.map(({ id }) => `vault:${id}`)
}
