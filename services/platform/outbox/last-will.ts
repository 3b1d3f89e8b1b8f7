import { and, eq, isNull, sql } from 'drizzle-orm'
import type { ServiceContext } from '../context.ts'
import { outbox } from '../db/schema/index.ts'
import type { OutboxMessage } from './add.ts'

type Books = Pick<ServiceContext, 'db' | 'clock'>

const isWill = sql`(${outbox.payload}->>'isWill')::boolean is true`

/**
 * Decides what happens at a time unless its process tells otherwise before. Leaving it again moves the time on. False:
 * the time has come, or its process told otherwise.
 */
export async function leaveWill(ctx: Books, message: OutboxMessage & { readonly runAt: Date }): Promise<boolean> {
  const now = ctx.clock()
  const left = await ctx.db
    .insert(outbox)
    .values({ ...message, payload: { ...message.payload, isWill: true }, createdAt: now })
    .onConflictDoUpdate({
      target: outbox.dedupe,
      set: { runAt: sql`greatest(${outbox.runAt}, excluded.run_at)` },
      setWhere: sql`${isWill} and ${outbox.doneAt} is null and ${outbox.runAt} > ${now.toISOString()}`,
    })
    .returning({ id: outbox.id })
  return left.length > 0
}

/** Puts the effect itself in the place of a will, also of one that was carried out. The first effect stands. */
export async function replaceWill(ctx: Books, message: OutboxMessage): Promise<void> {
  const now = ctx.clock()
  await ctx.db
    .insert(outbox)
    .values({ ...message, runAt: now, createdAt: now })
    .onConflictDoUpdate({
      target: outbox.dedupe,
      // Whoever is at the will now may finish it, and has not finished this.
      set: {
        payload: message.payload,
        runAt: now,
        doneAt: null,
        leasedUntil: new Date(0),
        fence: sql`outbox.fence + 1`,
      },
      setWhere: isWill,
    })
}

/** Nothing is to happen any more. */
export async function revokeWill(ctx: Books, dedupe: string): Promise<void> {
  await ctx.db
    .update(outbox)
    .set({ doneAt: ctx.clock() })
    .where(and(eq(outbox.dedupe, dedupe), isWill, isNull(outbox.doneAt)))
}
