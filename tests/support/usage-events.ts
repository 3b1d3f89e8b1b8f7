import { createHash, randomBytes } from 'node:crypto'
import { mintEventId } from '#lib/metering/event-id.ts'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { apiKeys } from '#services/platform/db/schema/index.ts'
import { TEST_SECRET } from './context.ts'

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A call as the plug-in sends it, with an id that it minted. */
export function usageEvent(keyHash: string, more: Partial<UsageEventWire> = {}): UsageEventWire {
  const nonce = randomBytes(16).toString('hex')
  return {
    id: mintEventId(TEST_SECRET, nonce, keyHash),
    callId: `call-${nonce}`,
    keyHash,
    startedAt: '2026-11-20T10:00:00.000Z',
    endedAt: '2026-11-20T10:00:01.500Z',
    model: 'gpt-4',
    servedModel: 'openai/gpt-4',
    provider: 'openai',
    inputTokens: '100',
    outputTokens: '50',
    status: 'success',
    cacheHit: false,
    stream: false,
    latencyMs: 1500,
    ...more,
  }
}

/** Gives a vault an active key, made up unless its hash is given, and returns the hash. */
export async function giveKey(
  ctx: ServiceContext,
  vaultId: bigint,
  keyHash = hashOf(`${ctx.deploymentId}/${vaultId}`),
): Promise<string> {
  await ctx.db.insert(apiKeys).values({
    id: `key_${keyHash.slice(0, 12)}`,
    deploymentId: ctx.deploymentId,
    vaultId,
    keyHash,
    alias: `vault-${vaultId}`,
    status: 'active',
    createdBy: '0x01cf0e2f2f715450',
  })
  return keyHash
}
