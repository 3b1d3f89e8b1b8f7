import type { GatewayRoute } from './define-gateway-route.ts'
import { adminRoutes } from './routes/admin.ts'
import { catalogueRoutes } from './routes/catalogue.ts'
import { creditRoutes } from './routes/credits.ts'
import { healthRoutes } from './routes/health.ts'
import { keyRoutes } from './routes/keys.ts'
import { llmRoutes } from './routes/llm.ts'
import { purchaseRoutes } from './routes/purchases.ts'
import { reviewRoutes } from './routes/reviews.ts'
import { usageRoutes } from './routes/usage.ts'

/** Every route of the API. Its description is generated from this table. */
export const gatewayRoutes: readonly GatewayRoute[] = [
  ...healthRoutes,
  ...catalogueRoutes,
  ...llmRoutes,
  ...reviewRoutes,
  ...keyRoutes,
  ...creditRoutes,
  ...purchaseRoutes,
  ...usageRoutes,
  ...adminRoutes,
]
