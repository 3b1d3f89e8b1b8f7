import { defineRoute } from '#app/_http/define-route.ts'
import {
  listReconciliations,
  reconciliationInput,
  requestReconciliation,
  runListView,
  runView,
} from '#services/reconciliation/index.ts'

/** The newest comparisons with LiteLLM's books. For the admin. */
export const GET = defineRoute({ auth: 'session', response: runListView }, (ctx) => listReconciliations(ctx))

/** Asks for days to be compared: 202, the oracle carries it out. For the admin. */
export const POST = defineRoute(
  { auth: 'session', body: reconciliationInput, response: runView },
  async (ctx, { body, reply }) => {
    const run = await requestReconciliation(ctx, body)
    reply.status = 202
    return run
  },
)
