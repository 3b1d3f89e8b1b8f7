import * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import { findKeyOwners } from '#services/api-keys/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { eventFacts } from '../dead-letters/event-facts.ts'
import { keepDeadLetters } from '../dead-letters/keep-dead-letters.ts'
import { requireCollector } from '../require-collector.ts'
import { wellFormed } from '../well-formed.ts'
import { requestPoll } from './request-poll.ts'

/** The small payload that names a vault. Its counts are somebody's word: nothing is billed from them. */
const vaultHint = z.object({
  vault_id: z
    .union([z.string().regex(/^\d{1,19}$/), z.int().nonnegative()])
    .transform((given) => BigInt(given))
    .refine((id) => id < 2n ** 63n),
})

/** One entry of LiteLLM's `generic_api` batches; only the key's hash is looked at. */
const callbackEntry = z.object({ metadata: z.object({ user_api_key_hash: z.string().nullish() }) })

const MAX_ENTRIES = 10_000

export interface HintResult {
  /** Polls that were started, or were waiting already. */
  readonly polls: readonly string[]
  /** What named no vault of ours. */
  readonly deadLetters: readonly string[]
}

/**
 * Takes a payload that says usage happened, and polls the vaults that it names. A hint never makes an event.
 * Throws `invalid_request` when it is none of the known shapes.
 */
export async function receiveHint(ctx: ServiceContext, given: unknown): Promise<HintResult> {
  requireCollector(ctx.actor)
  const payload = wellFormed(given)
  const hint = vaultHint.safeParse(payload)
  if (hint.success) return pollVaults(ctx, [hint.data.vault_id], 'webhook', whatIsKept(payload))
  const entries = Array.isArray(payload) ? payload : [payload]
  if (entries.length > MAX_ENTRIES) {
    throw new AppError('payload_too_large', `A batch may have ${MAX_ENTRIES} calls at most. Send smaller ones.`)
  }
  const parsed = entries.map((entry) => callbackEntry.safeParse(entry))
  const hashes = parsed.flatMap((entry) => (entry.success ? [entry.data.metadata.user_api_key_hash] : []))
  if (hashes.length === 0) {
    throw new AppError(
      'invalid_request',
      'The payload is neither a batch of LiteLLM calls nor {"vault_id": "…"}. Nothing was stored.',
    )
  }
  const unread = await keepUnread(
    ctx,
    entries.filter((_, i) => !parsed[i]?.success),
  )
  const { polls, deadLetters } = await pollKeys(ctx, [...new Set(hashes.filter((hash) => typeof hash === 'string'))])
  return { polls, deadLetters: [...deadLetters, ...unread] }
}

/** What is no call of LiteLLM's keeps the others from nothing. It may hold prompts and answers: its facts are kept. */
const keepUnread = (ctx: ServiceContext, entries: readonly unknown[]): Promise<string[]> =>
  keepDeadLetters(
    ctx,
    entries.map((entry) => ({
      road: 'generic_api',
      reason: 'invalid_event' as const,
      detail: 'metadata: names no key of LiteLLM’s',
      payload: eventFacts(entry),
    })),
  )

/** Fields of the small payload; whatever else somebody sends along may hold prompts and answers. */
const KEPT = ['vault_id', 'total_tokens', 'api_calls', 'cost_estimate', 'models', 'timestamp']

const whatIsKept = (payload: unknown): unknown =>
  Object.fromEntries(Object.entries(payload ?? {}).filter(([name]) => KEPT.includes(name)))

async function pollVaults(
  ctx: ServiceContext,
  vaultIds: readonly bigint[],
  reason: string,
  payload: unknown,
): Promise<HintResult> {
  const polls: string[] = []
  const deadLetters: string[] = []
  for (const vaultId of vaultIds) {
    const requested = await requestPoll(ctx, { vaultId, reason, payload })
    if (requested.ok) polls.push(requested.pollId)
    else deadLetters.push(requested.deadLetter)
  }
  return { polls, deadLetters }
}

/** Calls hold prompts and answers: only the hash of an unknown key is kept. */
async function pollKeys(ctx: ServiceContext, hashes: readonly string[]): Promise<HintResult> {
  const owners = await findKeyOwners(ctx, hashes)
  const result = await pollVaults(ctx, [...new Set(owners.values())], 'generic_api', null)
  const unknown = hashes
    .filter((hash) => !owners.has(hash))
    .map((keyHash) => ({
      road: 'generic_api',
      reason: 'unknown_key' as const,
      detail: null,
      payload: { keyHash: keyHash.slice(0, 128) },
    }))
  return { polls: result.polls, deadLetters: await keepDeadLetters(ctx, unknown) }
}
