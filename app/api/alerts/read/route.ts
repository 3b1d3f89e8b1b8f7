import * as z from 'zod'
import { defineRoute } from '#app/_http/define-route.ts'
import { alertsReadView, readAlerts } from '#services/alerts/index.ts'

const alertId = z.string().regex(/^alert_[0-9a-f]{24}$/, 'must be the id of an alert')
const readBody = z.object({ ids: z.array(alertId).max(100).optional() })

/** Marks some of the caller's alerts as read, or all when none is named. */
export const POST = defineRoute({ auth: 'session', body: readBody, response: alertsReadView }, (ctx, { body }) =>
  readAlerts(ctx, body),
)
