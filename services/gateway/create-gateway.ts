import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { createUpstreamKeys } from '#services/api-keys/index.ts'
import { createOwnKeys } from '#services/byok/index.ts'
import { createHoldWriter, readPriceList } from '#services/credits/index.ts'
import { createVaultHoldWriter } from '#services/vault-holds/index.ts'
import { createStripeClient } from '#services/clients/stripe/index.ts'
import { createLimitGate } from '#services/limits/index.ts'
import { createRateLimiter } from '#services/rate-limits/index.ts'
import { createKeyFinder, createTokenReader } from './accounts/account-callers.ts'
import { createDisplayCache } from './accounts/display-cache.ts'
import { createCatalogue } from './catalogue.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { type Gateway, handleWith } from './handle-gateway.ts'
import { createInFlight } from './in-flight.ts'
import { createLitellmReadiness } from './litellm-readiness.ts'
import { createAnswerRoom } from './llm/answer-room.ts'
import { createUpstream } from './llm/upstream.ts'
import { gatewayRoutes } from './route-table.ts'

/** One gateway a process: it is what keeps a hot account's holds in one writer. */
export function createGateway(base: ServiceContext): Gateway {
  const system = withActor(base, { kind: 'system', job: 'gateway' })
  const prices = readPriceList(system.env.credits.pricesFile)
  const parts: GatewayParts = {
    system,
    prices,
    catalogue: createCatalogue(system),
    litellmReadiness: createLitellmReadiness(system),
    holds: createHoldWriter(system),
    vaultHolds: createVaultHoldWriter(system),
    ownKeys: createOwnKeys(system),
    upstream: createUpstream(system),
    upstreamKeys: createUpstreamKeys(system),
    inFlight: createInFlight(),
    answerRoom: createAnswerRoom(),
    rates: createRateLimiter(system),
    refuseLimited: createLimitGate(),
    display: createDisplayCache(system),
    stripe: system.env.stripe ? createStripeClient(system.env.stripe) : null,
    findAccountKey: createKeyFinder(),
    verifyOidcToken: createTokenReader(system),
  }
  return handleWith(parts, gatewayRoutes)
}
