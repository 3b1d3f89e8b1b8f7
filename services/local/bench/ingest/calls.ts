import { randomBytes } from 'node:crypto'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { hmacHex, sha256Hex } from '#services/platform/crypto/hash.ts'

export interface BenchKey {
  readonly vaultId: number
  readonly keyHash: string
}

const KEYS = 200
const MODELS = ['gpt-4o', 'claude-3-5-sonnet', 'llama-3-70b']
const END_USERS = 5
const DAY_MS = 86_400_000
/** Of calls that come up to 30 days late. */
const LATE = 0.02

export const benchKeys = (): BenchKey[] =>
  Array.from({ length: KEYS }, (_, i) => ({ vaultId: i + 1, keyHash: sha256Hex(`key ${i}`) }))

const anyOf = (count: number): number => Math.floor(Math.random() * count)

/** A call as the plug-in sends it: of any key, model and end user, most of them a moment ago. */
function makeCall(secret: string, keys: readonly BenchKey[], now: number): UsageEventWire {
  const nonce = randomBytes(16).toString('hex')
  const keyHash = keys[anyOf(keys.length)]?.keyHash ?? ''
  const latencyMs = 200 + anyOf(5_000)
  const started = now - latencyMs - (Math.random() < LATE ? anyOf(30) * DAY_MS : anyOf(60_000))
  const model = MODELS[anyOf(MODELS.length)] ?? ''
  return {
    id: `${nonce}.${hmacHex(secret, `${nonce}|${keyHash}`).slice(0, 32)}`,
    callId: `call-${nonce}`,
    keyHash,
    startedAt: new Date(started).toISOString(),
    endedAt: new Date(started + latencyMs).toISOString(),
    model,
    servedModel: `openai/${model}`,
    provider: 'openai',
    inputTokens: String(anyOf(4_000)),
    outputTokens: String(anyOf(800)),
    cachedTokens: '0',
    cacheWriteTokens: null,
    reasoningTokens: '0',
    litellmCostUsd: '0.00022500000000000002',
    status: 'success',
    cacheHit: false,
    stream: true,
    latencyMs,
    endUser: `user-${anyOf(END_USERS)}`,
    conversation: `conversation-${anyOf(1_000)}`,
    feature: 'search',
    traceId: nonce,
    tags: ['production'],
  }
}

export const makeBatches = (
  secret: string,
  keys: readonly BenchKey[],
  { batch, events }: { batch: number; events: number },
): UsageEventWire[][] =>
  Array.from({ length: Math.ceil(events / batch) }, () =>
    Array.from({ length: batch }, () => makeCall(secret, keys, Date.now())),
  )
