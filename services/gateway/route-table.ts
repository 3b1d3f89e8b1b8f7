import type { GatewayRoute } from './define-gateway-route.ts'
import { byokRoutes } from './routes/byok.ts'
import { catalogueRoutes } from './routes/catalogue.ts'
import { topupRoutes } from './routes/flow-topups.ts'
import { healthRoutes } from './routes/health.ts'
import { llmRoutes } from './routes/llm.ts'
import { reviewRoutes } from './routes/reviews.ts'

/** Every route of the API. Its description is generated from this table. */
export const gatewayRoutes: readonly GatewayRoute[] = [
  ...healthRoutes,
  ...catalogueRoutes,
  ...llmRoutes,
  ...reviewRoutes,
  ...byokRoutes,
  ...topupRoutes,
]
