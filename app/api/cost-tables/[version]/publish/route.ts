import { defineRoute } from '#app/_http/define-route.ts'
import { versionParams } from '#app/_http/params.ts'
import { costTableView, publishCostTable, publishInput } from '#services/rating/index.ts'

/** Publishes a draft after its preview was seen. For the admin. */
export const POST = defineRoute(
  { auth: 'session', params: versionParams, body: publishInput, response: costTableView },
  (ctx, { params, body }) => publishCostTable(ctx, { ...params, ...body }),
)
