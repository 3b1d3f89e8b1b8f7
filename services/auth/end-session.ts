import type { ServiceContext } from '#services/platform/context.ts'
import { hmacHex } from '#services/platform/crypto/hash.ts'
import { markSessionEnded } from './store.ts'

/** Ends a session for good; an unknown or ended one stays so. */
export async function endSession(ctx: ServiceContext, token: string): Promise<void> {
  await markSessionEnded(ctx.db, hmacHex(ctx.env.app.sessionSecret, token), ctx.clock())
}
