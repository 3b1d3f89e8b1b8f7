import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { createOwnKeys } from '#services/byok/index.ts'
import { createHoldWriter, readPriceList } from '#services/credits/index.ts'
import { createCatalogue } from './catalogue.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { type Gateway, handleWith } from './handle-gateway.ts'
import { createInFlight } from './in-flight.ts'
import { createUpstream } from './llm/upstream.ts'
import { gatewayRoutes } from './route-table.ts'

/** One gateway a process: it is what keeps a hot account's holds in one writer. */
export function createGateway(
  base: ServiceContext,
  {
    findAccountKey = null,
    verifyOidcToken = null,
  }: Partial<Pick<GatewayParts, 'findAccountKey' | 'verifyOidcToken'>> = {},
): Gateway {
  const system = withActor(base, { kind: 'system', job: 'gateway' })
  const prices = readPriceList(system.env.credits.pricesFile)
  const parts: GatewayParts = {
    system,
    prices,
    catalogue: createCatalogue(system),
    holds: createHoldWriter(system),
    ownKeys: createOwnKeys(system),
    upstream: createUpstream(system),
    inFlight: createInFlight(),
    findAccountKey,
    verifyOidcToken,
  }
  return handleWith(parts, gatewayRoutes)
}
