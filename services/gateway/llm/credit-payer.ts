import { isFree, type PriceTerms, priceTokens, tokensFor } from '#lib/credits/price-request.ts'
import { usd } from '#lib/money/units.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { AccountCaller } from '../schemas.ts'
import { openReview } from '../store.ts'
import type { HoldWanted, Payer, Placement } from './payer.ts'
import { refuseHold } from './refusals.ts'

/** What prices a hold, as its facts carry it. */
export const termsFacts = ({ usdPer1K, powerBps, markupBps, shareBps }: PriceTerms) => ({
  usdPer1K: usdPer1K.toString(),
  powerBps: powerBps.toString(),
  markupBps: markupBps.toString(),
  shareBps: shareBps.toString(),
})

/** The smallest amount that a hold can have. */
const LEAST = usd(1n)

/** A credit account pays from its balance. A free model needs no hold, so an empty balance doesn't refuse it. */
export function createCreditPayer(parts: GatewayParts, { account }: AccountCaller, terms: PriceTerms): Payer {
  const { system, holds, display, upstreamKeys } = parts
  const { keyHash } = upstreamKeys.of(account)
  const free = isFree(terms)

  async function place({ id, tokens, expiresAt, facts }: HoldWanted): Promise<Placement> {
    if (free) return { ok: true }
    const price = priceTokens(terms, tokens)
    const amount = price > 0n ? price : LEAST
    const told = { ...facts, terms: termsFacts(terms) }
    const placed = await holds.place({ id, accountId: account.id, amount, expiresAt, facts: told })
    if (placed.ok) return { ok: true }
    const { reason, affordable } = placed
    const error = refuseHold(reason, { needed: amount, affordable, appUrl: system.env.app.url, now: system.clock() })
    const affordableTokens = affordable > 0n ? tokensFor(terms, affordable) : 0n
    return { ok: false, error, affordableTokens, startsAnew: reason === 'ended_free' }
  }

  return {
    id: `account:${account.id}`,
    keyHash,
    ownKey: null,
    secret: async () => (await upstreamKeys.ensure(account)).secret,
    restoreKey: (sentAt) => upstreamKeys.remake(account, sentAt),
    place,
    async post(id, used, facts) {
      if (free) return usd(0n)
      const tokens = used.inputTokens + used.outputTokens
      const told = { ...facts, tokens: tokens.toString(), usageSource: used.source }
      const { posted } = await holds.end({ id, accountId: account.id, cost: priceTokens(terms, tokens), facts: told })
      display.forget(account.id)
      return posted
    },
    async void(id, facts) {
      if (free) return
      await holds.end({ id, accountId: account.id, cost: null, facts })
      display.forget(account.id)
    },
    async review(id, reason, facts) {
      if (free) return
      const { requestId, ...reported } = facts
      const row = { id, accountId: account.id, requestId: String(requestId), reason, reported }
      await openReview(system.db, { ...row, createdAt: system.clock() })
    },
  }
}
