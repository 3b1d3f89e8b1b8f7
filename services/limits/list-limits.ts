import { creditAccount, vaultAccount } from '#lib/metering/payer.ts'
import { requireAdmin, requireHolder, requireUser } from '#services/auth/index.ts'
import { findAccount } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { listVaultIds } from '#services/vaults/index.ts'
import { viewLimits } from './limit-view.ts'
import { requireLimitRight } from './require-limit-right.ts'
import type { LimitList } from './schemas.ts'
import { listAllStanding, listKeysOf, listStanding } from './store.ts'

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
  const keys = await listKeysOf(ctx.db, ctx.deploymentId, account)
  const live = keys.filter(({ isLive }) => isLive).map(({ id, masked }) => ({ id, masked }))
  return { limits: await viewLimits(ctx, rows), keys: live }
}

async function ownAccounts(ctx: ServiceContext): Promise<string[]> {
  if (ctx.actor.kind === 'account') return [creditAccount(requireHolder(ctx.actor))]
  const address = requireUser(ctx.actor)
  const vaultIds = await listVaultIds(ctx, { owner: address })
  const credits = await findAccount(ctx, { subject: `flow:${address}` })
  return [...vaultIds.map(vaultAccount), ...(credits ? [creditAccount(credits.id)] : [])]
}
