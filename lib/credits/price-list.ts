import { type Usd, usd } from '../money/units.ts'
import { lowerCaseAscii } from '../metering/model-name.ts'

/** What 1K tokens cost before power and markup. Applies to the provider's models whose name contains all of `all`. */
interface BaseCost {
  readonly provider: string
  readonly all: readonly string[]
  readonly usdPer1K: Usd
}

/** How much care a request asks for: its price, its longest answer, and who may answer it, in order of preference. */
interface PowerLevel {
  /** Basis points of the base cost. */
  readonly bps: bigint
  /** Tokens that an answer may have. */
  readonly maxTokens: number
  readonly providers: readonly string[]
}

export const POWERS = ['eco', 'balanced', 'precision'] as const
export type Power = (typeof POWERS)[number]

export const TIERS = ['free', 'starter', 'professional', 'enterprise'] as const
export type CreditTier = (typeof TIERS)[number]

/** What a customer's plan adds to the price and lets them do. */
interface TierTerms {
  readonly markupBps: bigint
  readonly requestsPerMinute: number
  readonly tokensPerMinute: number
  readonly parallelRequests: number
  /** Whose models the tier may use. */
  readonly providers: '*' | readonly string[]
}

/** Everything that decides what a request costs in credits. */
export interface PriceList {
  /** The first that matches applies; a model that none matches has no price and is refused. */
  readonly baseCosts: readonly BaseCost[]
  readonly powers: Readonly<Record<Power, PowerLevel>>
  readonly tiers: Readonly<Record<CreditTier, TierTerms>>
}

const base = (provider: string, micro: bigint, all: readonly string[] = []): BaseCost => ({
  provider,
  all,
  usdPer1K: usd(micro * 100n),
})

const FREE_PROVIDERS = ['local', 'groq', 'huggingface']
const BALANCED_PROVIDERS = ['together', 'fireworks', 'openrouter']

const tier = (
  markupBps: bigint,
  [requestsPerMinute, tokensPerMinute, parallelRequests]: readonly [number, number, number],
  providers: '*' | readonly string[] = '*',
): TierTerms => ({ markupBps, requestsPerMinute, tokensPerMinute, parallelRequests, providers })

/** The prices that a fresh installation has. */
export const DEFAULT_PRICE_LIST: PriceList = {
  baseCosts: [
    ...FREE_PROVIDERS.map((provider) => base(provider, 0n)),
    base('together', 2_000n),
    base('fireworks', 2_000n),
    base('deepinfra', 3_000n),
    base('openrouter', 3_000n, ['mixtral']),
    base('openrouter', 8_000n, ['claude', '3', '5']),
    base('openrouter', 10_000n, ['gpt-4o']),
    base('anthropic', 15_000n),
    base('openai', 15_000n),
  ],
  powers: {
    eco: { bps: 1_000n, maxTokens: 2_000, providers: FREE_PROVIDERS },
    balanced: { bps: 2_500n, maxTokens: 4_000, providers: BALANCED_PROVIDERS },
    precision: { bps: 10_000n, maxTokens: 16_000, providers: ['anthropic', 'openai'] },
  },
  tiers: {
    free: tier(0n, [10, 20_000, 2], [...FREE_PROVIDERS, ...BALANCED_PROVIDERS]),
    starter: tier(4_000n, [60, 200_000, 10]),
    professional: tier(6_000n, [300, 1_000_000, 50]),
    enterprise: tier(8_000n, [1_200, 5_000_000, 200]),
  },
}

/** What 1K tokens of a provider's model cost before power and markup; null when the list doesn't name it. */
export function findBaseCost(list: PriceList, provider: string, model: string): Usd | null {
  const [wantedProvider, name] = [lowerCaseAscii(provider), lowerCaseAscii(model)]
  const found = list.baseCosts.find(
    (cost) => cost.provider === wantedProvider && cost.all.every((part) => name.includes(part)),
  )
  return found?.usdPer1K ?? null
}

/** What is wrong with a price list, a sentence each; empty when it may be used. */
export function validatePriceList({ baseCosts, powers, tiers }: PriceList): string[] {
  const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value > 0
  return [
    ...baseCosts.filter(({ usdPer1K }) => usdPer1K < 0n).map(({ provider }) => `${provider}: the price is below 0.`),
    ...POWERS.flatMap((name) => [
      ...(powers[name].bps < 0n ? [`${name}: the multiplier is below 0.`] : []),
      ...(isWhole(powers[name].maxTokens) ? [] : [`${name}: the token limit must be a whole number above 0.`]),
    ]),
    ...TIERS.flatMap((name) => {
      const { markupBps, requestsPerMinute, tokensPerMinute, parallelRequests } = tiers[name]
      const limits = [requestsPerMinute, tokensPerMinute, parallelRequests]
      return [
        ...(markupBps < 0n ? [`${name}: the markup is below 0.`] : []),
        ...(limits.every(isWhole) ? [] : [`${name}: limits must be whole numbers above 0.`]),
      ]
    }),
  ]
}
