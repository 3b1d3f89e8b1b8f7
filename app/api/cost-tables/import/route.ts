import { defineRoute } from '#app/_http/define-route.ts'
import { importCostTable, importedTableView, importInput } from '#services/rating/index.ts'

/** Makes a draft of the prices that LiteLLM goes by. For the admin. */
export const POST = defineRoute({ auth: 'session', body: importInput, response: importedTableView }, (ctx, { body }) =>
  importCostTable(ctx, body),
)
