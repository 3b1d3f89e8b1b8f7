import { sql } from 'drizzle-orm'
import type { ServiceContext } from '../context.ts'
import { outbox } from '../db/schema/index.ts'

/** How long the oldest message that is due has been waiting, in milliseconds; 0 when none is. */
export async function getOutboxLag(ctx: Pick<ServiceContext, 'db' | 'clock'>): Promise<number> {
  const [row] = await ctx.db
    .select({ oldest: sql<string | null>`min(${outbox.runAt})` })
    .from(outbox)
    .where(sql`${outbox.doneAt} is null`)
  return row?.oldest ? Math.max(0, ctx.clock().getTime() - new Date(row.oldest).getTime()) : 0
}
