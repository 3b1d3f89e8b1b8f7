import { requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { describeApprovals } from './get-approvals.ts'
import type { VaultApprovalsView } from './schemas.ts'

/** Vaults that one script looks through: far below what it may compute. */
const AT_ONCE = 2_000n

/** The vaults for which the user approves, oldest first, each as the chain has it now. */
export async function listApprovals(ctx: ServiceContext): Promise<{ vaults: VaultApprovalsView[] }> {
  const approver = requireUser(ctx.actor)
  const ids = await seatsOf(ctx, approver)
  const reports = ids.length > 0 ? await ctx.chain.script('get_vaults', { ids }) : []
  return { vaults: await Promise.all(reports.map((report) => describeApprovals(ctx, report))) }
}

/** The chain keeps no list of them: all vaults are looked through, many at a time. */
async function seatsOf({ chain }: ServiceContext, approver: string): Promise<bigint[]> {
  const found: bigint[] = []
  for (let from: bigint | undefined = 1n; from !== undefined;) {
    const { vaultIds, next }: Awaited<ReturnType<typeof chain.script<'get_seats'>>> = await chain.script('get_seats', {
      approver,
      from,
      count: AT_ONCE,
    })
    found.push(...vaultIds)
    from = next[0]
  }
  return found
}
