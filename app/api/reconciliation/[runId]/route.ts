import { defineRoute } from '#app/_http/define-route.ts'
import { runParams } from '#app/_http/params.ts'
import { getReconciliation, runDetailView } from '#services/reconciliation/index.ts'

/** What a comparison found, the worst first. For the admin. */
export const GET = defineRoute({ auth: 'session', params: runParams, response: runDetailView }, (ctx, { params }) =>
  getReconciliation(ctx, params),
)
