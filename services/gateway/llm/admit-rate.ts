import { AppError } from '#lib/errors/app-error.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { GatewayCaller } from '../schemas.ts'

const WORDS = {
  requests: 'Your tier allows no more requests in this minute.',
  tokens: 'Your tier allows no more tokens in this minute.',
  parallel: 'Your tier allows no more requests at the same time.',
} as const

/**
 * Lets a request of a credit account in within its tier's limits, or refuses it with 429 and when to come again. What
 * is answered says that the request has ended; it may be called more than once. LiteLLM itself limits vaults' keys.
 */
export async function admitRate(
  { rates, prices }: GatewayParts,
  caller: GatewayCaller,
  { requestId, tokens }: { requestId: string; tokens: bigint },
): Promise<(usedTokens: bigint | null) => void> {
  if (caller.kind === 'vault') return () => {}
  const { id, tier } = caller.account
  const limits = prices.tiers[tier]
  const admitted = await rates.admit({ subject: `account:${id}`, requestId, tokens, limits })
  if (admitted.ok) return (usedTokens) => void admitted.release(usedTokens ?? tokens)
  const { limit, retryAfterMs, isTooLarge } = admitted
  const advice = isTooLarge ? 'Send a shorter one, or a smaller max_tokens.' : 'Try again a little later.'
  throw new AppError('rate_limited', `${WORDS[limit]} ${advice}`, {
    retryable: !isTooLarge,
    details: { limit, limit_source: 'tier', retryAfterSeconds: Math.ceil(retryAfterMs / 1_000) },
  })
}
