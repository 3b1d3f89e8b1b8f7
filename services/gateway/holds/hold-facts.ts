import * as z from 'zod'
import type { PriceTerms } from '#lib/credits/price-request.ts'
import { usd } from '#lib/money/units.ts'

const whole = z.string().regex(/^\d{1,30}$/)
const text = z.string().nullish()

/** What the gateway writes down with a hold: all that is needed to end it, and to meter its request. */
const holdFacts = z.looseObject({
  requestId: z.string(),
  keyHash: z.string(),
  /** The account's key that the request came with; null: signed in, or with a token. */
  keyId: text,
  model: z.string(),
  provider: text,
  power: text,
  stream: z.boolean(),
  /** Tokens that the request can use, at most. */
  inputBound: whole.nullish(),
  outputBound: whole.nullish(),
  startedAt: z.iso.datetime(),
  terms: z.object({ usdPer1K: whole, powerBps: whole, markupBps: whole, shareBps: whole }),
  /** Sent on the customer's own key: LiteLLM never heard of it. */
  ownKey: z.boolean().default(false),
  labels: z.record(z.string(), z.string()).default({}),
  endedAt: z.iso.datetime().nullish(),
  inputTokens: text,
  outputTokens: text,
  cachedTokens: text,
  reasoningTokens: text,
})
export type HoldFacts = z.output<typeof holdFacts>

/** Null: the hold is not the gateway's. */
export function readHoldFacts(facts: unknown): HoldFacts | null {
  const parsed = holdFacts.safeParse(facts)
  return parsed.success ? parsed.data : null
}

export const termsOf = ({ terms }: HoldFacts): PriceTerms => ({
  usdPer1K: usd(BigInt(terms.usdPer1K)),
  powerBps: BigInt(terms.powerBps),
  markupBps: BigInt(terms.markupBps),
  shareBps: BigInt(terms.shareBps),
})
