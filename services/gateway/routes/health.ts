import * as z from 'zod'
import { defineGatewayRoute, type GatewayRoute } from '../define-gateway-route.ts'

const healthView = z.object({ status: z.enum(['healthy', 'degraded']), litellm: z.boolean() })

/** Whether requests can be served. Says nothing of anybody. */
export const healthRoutes: readonly GatewayRoute[] = [
  defineGatewayRoute(
    {
      method: 'GET',
      path: '/health',
      auth: 'public',
      summary: 'Whether the gateway serves',
      response: healthView,
      errors: [],
    },
    async ({ parts }) => {
      const litellm = await parts.litellmReadiness()
      return { status: litellm ? ('healthy' as const) : ('degraded' as const), litellm }
    },
  ),
]
