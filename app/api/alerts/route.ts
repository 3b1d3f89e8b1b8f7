import * as z from 'zod'
import { defineRoute } from '#app/_http/define-route.ts'
import { alertListView, listAlerts } from '#services/alerts/index.ts'

const pageQuery = z.object({ after: z.string().max(64).optional() })

/** The caller's alerts, newest first, a page at a time; the admin's with those of the installation. */
export const GET = defineRoute({ auth: 'session', query: pageQuery, response: alertListView }, (ctx, { query }) =>
  listAlerts(ctx, query),
)
