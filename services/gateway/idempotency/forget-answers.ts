import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { deleteExpiredAnswers } from './store.ts'

/** Forgets the answers that nobody may ask for again: they are what customers' models said. */
export async function forgetAnswers(ctx: ServiceContext): Promise<void> {
  requireSystem(ctx.actor)
  await deleteExpiredAnswers(ctx.db, ctx.clock())
}
