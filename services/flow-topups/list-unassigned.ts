import { requireAdmin } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { toView } from './list-topups.ts'
import type { UnassignedTopup } from './schemas.ts'
import { listOfNobody, type TopupPlace } from './store.ts'

export interface UnassignedPage {
  readonly topups: readonly UnassignedTopup[]
  /** Where the next page starts; null on the last. */
  readonly next: TopupPlace | null
}

/** FLOW that arrived and whose sender has no account, newest first; for the admin to assign. */
export async function listUnassigned(
  ctx: ServiceContext,
  { after, limit }: { after: TopupPlace | null; limit: number },
): Promise<UnassignedPage> {
  await requireAdmin(ctx)
  const found = await listOfNobody(ctx.db, ctx.deploymentId, { after, limit: limit + 1 })
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  return {
    topups: rows.map((row) => ({ ...toView(row), from: row.fromAddress })),
    next: found.length > limit && last ? { blockHeight: last.blockHeight, id: last.id } : null,
  }
}
