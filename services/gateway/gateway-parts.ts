import type { ServiceContext } from '#services/platform/context.ts'
import type { PriceList } from '#lib/credits/price-list.ts'
import type { UpstreamKeys } from '#services/api-keys/index.ts'
import type { OwnKeys } from '#services/byok/index.ts'
import type { HoldWriter } from '#services/credits/index.ts'
import type { VaultHoldWriter } from '#services/vault-holds/index.ts'
import type { StripeClient } from '#services/clients/stripe/index.ts'
import type { RefuseLimited } from '#services/limits/index.ts'
import type { RateLimiter } from '#services/rate-limits/index.ts'
import type { DisplayCache } from './accounts/display-cache.ts'
import type { Catalogue } from './catalogue.ts'
import type { InFlight } from './in-flight.ts'
import type { LitellmReadiness } from './litellm-readiness.ts'
import type { AnswerRoom } from './llm/answer-room.ts'
import type { Upstream } from './llm/upstream.ts'
import type { FindAccountKey, VerifyOidcToken } from './schemas.ts'

/** What one process holds open for all of its requests. */
export interface GatewayParts {
  /** The process's own context: for what the system does on behalf of a request. */
  readonly system: ServiceContext
  /** What requests cost in credits. */
  readonly prices: PriceList
  readonly catalogue: Catalogue
  readonly litellmReadiness: LitellmReadiness
  readonly holds: HoldWriter
  readonly vaultHolds: VaultHoldWriter
  readonly ownKeys: OwnKeys
  readonly upstream: Upstream
  readonly upstreamKeys: UpstreamKeys
  readonly inFlight: InFlight
  readonly answerRoom: AnswerRoom
  readonly findAccountKey: FindAccountKey
  readonly rates: RateLimiter
  readonly refuseLimited: RefuseLimited
  readonly display: DisplayCache
  /** Null: Stripe isn't configured. */
  readonly stripe: StripeClient | null
  /** Null: this installation has no OIDC issuer. */
  readonly verifyOidcToken: VerifyOidcToken | null
}
