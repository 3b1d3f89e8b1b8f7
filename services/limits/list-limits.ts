import { requireAdmin, requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { viewLimits } from './limit-view.ts'
import { requireLimitRight, vaultOf } from './require-limit-right.ts'
import type { LimitList } from './schemas.ts'
import { listAllStanding, listKeysOfVault, listStanding } from './store.ts'

const MOST = 1_000

/** Which limits: an account's, all of the installation (`all`, for the admin), or those of the caller's accounts. */
export interface LimitQuery {
  readonly account?: string | undefined
}

/** Limits with what is used of them now, oldest first. */
export async function listLimits(ctx: ServiceContext, { account }: LimitQuery): Promise<LimitList> {
  if (account === 'all') {
    await requireAdmin(ctx)
    return { limits: await viewLimits(ctx, await listAllStanding(ctx.db, ctx.deploymentId, MOST)), keys: [] }
  }
  if (account === undefined) {
    const rows = await listStanding(ctx.db, ctx.deploymentId, await ownAccounts(ctx))
    return { limits: await viewLimits(ctx, rows), keys: [] }
  }
  await requireLimitRight(ctx, account)
  const rows = await listStanding(ctx.db, ctx.deploymentId, [account])
  const keys = await listKeysOfVault(ctx.db, ctx.deploymentId, vaultOf(account))
  const live = keys.filter(({ isLive }) => isLive).map(({ id, masked }) => ({ id, masked }))
  return { limits: await viewLimits(ctx, rows), keys: live }
}

async function ownAccounts(ctx: ServiceContext): Promise<string[]> {
  const vaults = await ctx.chain.script('get_vaults_by_owner', { owner: requireUser(ctx.actor) })
  return vaults.map(({ id }) => `vault:${id}`)
}
