import type { VaultReport } from '#lib/flow/vault-report.ts'
import { requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { inParts } from '#services/platform/in-parts.ts'
import { getReports } from '#services/vaults/index.ts'
import { describeApprovals } from './get-approvals.ts'
import type { VaultApprovalsView } from './schemas.ts'

/** Vaults that one script looks through: far below what it may compute. */
const AT_ONCE = 2_000n
/** Vaults that are asked about at the same time, each by scripts of its own: anybody may name anybody as approver. */
const DESCRIBED_AT_ONCE = 4

/** The vaults for which the user approves, oldest first, each as the chain has it now. */
export async function listApprovals(ctx: ServiceContext): Promise<{ vaults: VaultApprovalsView[] }> {
  const approver = requireUser(ctx.actor)
  const ids = await seatsOf(ctx, approver)
  const reports = await getReports(ctx, ids)
  const describeAll = (part: VaultReport[]) => Promise.all(part.map((report) => describeApprovals(ctx, report)))
  return { vaults: await inParts(reports, DESCRIBED_AT_ONCE, describeAll) }
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
