import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { findLivingKey, markKeyUsed } from './store.ts'

/** The living key of a secret's SHA-256 and its account; null: unknown or revoked. */
export async function findAccountKey(ctx: ServiceContext, keyHash: string) {
  requireSystem(ctx.actor)
  return findLivingKey(ctx.db, keyHash)
}

const NOTED_EACH_MS = 60_000

/** Notes that a key was used, at most once a minute, however busy it is. */
export async function noteKeyUse(ctx: ServiceContext, keyId: string): Promise<void> {
  requireSystem(ctx.actor)
  const now = ctx.clock()
  await markKeyUsed(ctx.db, keyId, now, new Date(now.getTime() - NOTED_EACH_MS))
}
