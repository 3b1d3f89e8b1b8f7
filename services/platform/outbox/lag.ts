import { sql } from 'drizzle-orm'
import type { ServiceContext } from '../context.ts'
import { outbox } from '../db/schema/index.ts'

export interface KindBacklog {
  readonly kind: string
  /** Messages that are not done, due or not. */
  readonly waiting: number
  /** How long the oldest one that is due and nobody works on has been waiting, in milliseconds; 0 when none is. */
  readonly lagMs: number
}

/** What waits in the outbox, by kind. */
export async function getOutboxBacklog(ctx: Pick<ServiceContext, 'db' | 'clock'>): Promise<KindBacklog[]> {
  const rows = await ctx.db
    .select({
      kind: outbox.kind,
      waiting: sql<number>`count(*)::int`,
      oldest: sql<string | null>`min(${outbox.runAt}) filter (where ${outbox.leasedUntil} <= now())`,
    })
    .from(outbox)
    .where(sql`${outbox.doneAt} is null`)
    .groupBy(outbox.kind)
  const now = ctx.clock().getTime()
  return rows.map(({ kind, waiting, oldest }) => ({
    kind,
    waiting,
    lagMs: oldest === null ? 0 : Math.max(0, now - new Date(oldest).getTime()),
  }))
}

/** How long the oldest message of all that is due has been waiting, in milliseconds; 0 when none is. */
export async function getOutboxLag(ctx: Pick<ServiceContext, 'db' | 'clock'>): Promise<number> {
  return Math.max(0, ...(await getOutboxBacklog(ctx)).map(({ lagMs }) => lagMs))
}
