import type { VaultReport } from '#lib/flow/vault-report.ts'
import { AppError } from '#lib/errors/app-error.ts'
import { requireParty, requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { toApprovalsView } from './approvals-view.ts'
import type { VaultApprovalsView } from './schemas.ts'

/** A vault's approvers and what waits for them, for its parties and its approvers only. */
export async function getApprovals(ctx: ServiceContext, { vaultId }: { vaultId: bigint }): Promise<VaultApprovalsView> {
  const user = requireUser(ctx.actor)
  const report = await ctx.chain.script('get_vault', { id: vaultId })
  if (!report) {
    throw new AppError('vault_not_found', `Subscription ${vaultId} doesn't exist on this network. Check its number.`)
  }
  if (!report.approvers.includes(user)) requireParty(ctx.actor, report)
  return describeApprovals(ctx, report)
}

/** The caller has checked that the actor may see it. */
export async function describeApprovals(ctx: ServiceContext, report: VaultReport): Promise<VaultApprovalsView> {
  const account = requireUser(ctx.actor)
  const { id, serviceName, owner, provider } = report
  const [approvals, claims] = await Promise.all([
    ctx.chain.script('get_approvals', { vaultId: id }),
    ctx.chain.script('get_claims', { account, vaultIds: [id] }),
  ])
  return {
    vault: { id: id.toString(), serviceName, owner, provider },
    seated: claims.seats.length > 0,
    approvals: approvals && toApprovalsView(approvals, ctx.clock()),
  }
}
