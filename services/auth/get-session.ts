import type { ServiceContext } from '#services/platform/context.ts'
import { hmacHex } from '#services/platform/crypto/hash.ts'
import { findSession } from './store.ts'

/** Who is signed in, on which network, until when. */
export interface Session {
  address: string
  network: string
  expiresAt: Date
}

/** The living session of a token, or null: unknown, ended, expired, of another network or an earlier deployment. */
export async function getSession(ctx: ServiceContext, token: string): Promise<Session | null> {
  const idHash = hmacHex(ctx.env.app.sessionSecret, token)
  const scope = { deploymentId: ctx.deploymentId, network: ctx.env.flow.network }
  const row = await findSession(ctx.db, idHash, scope, ctx.clock())
  return row && { address: row.address, network: row.network, expiresAt: row.expiresAt }
}
