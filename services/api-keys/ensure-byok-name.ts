import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { sha256Hex } from '#services/platform/crypto/hash.ts'
import { insertUpstreamKey } from './store.ts'

/** Names that this process has seen written. */
const written = new Set<string>()
const MOST = 100_000

/**
 * The hash under which calls on an account's own provider keys are metered. There is no key behind it: LiteLLM doesn't
 * know it, so it is neither polled nor compared with LiteLLM's books.
 */
export async function ensureByokName(ctx: ServiceContext, accountId: string): Promise<string> {
  requireSystem(ctx.actor)
  const keyHash = sha256Hex(`byok|${ctx.deploymentId}|${accountId}`)
  if (written.has(keyHash)) return keyHash
  const row = { keyHash, accountId, deploymentId: ctx.deploymentId, kind: 'byok' as const }
  await insertUpstreamKey(ctx.db, { ...row, status: 'active', createdAt: ctx.clock() })
  if (written.size >= MOST) written.clear()
  written.add(keyHash)
  return keyHash
}
