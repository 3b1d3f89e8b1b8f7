import * as z from 'zod'
import { defineRoute } from '#app/_http/define-route.ts'
import { costTableInput, costTableView, draftCostTable, getCostTables } from '#services/rating/index.ts'

const listView = z.object({ tables: z.array(costTableView) })

/** Versions of what calls cost the operator. For the admin. */
export const GET = defineRoute({ auth: 'session', response: listView }, (ctx) => getCostTables(ctx))

/** Keeps a new version as a draft. For the admin. */
export const POST = defineRoute(
  { auth: 'session', body: costTableInput, response: costTableView },
  (ctx, { body: { effectiveFrom, note, rates } }) =>
    draftCostTable(ctx, { effectiveFrom, note, rates: rates.map(({ usd, ...rate }) => ({ ...rate, rate: usd })) }),
)
