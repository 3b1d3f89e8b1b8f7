import * as z from 'zod'
import { defineRoute } from '#app/_http/define-route.ts'
import { versionParams } from '#app/_http/params.ts'
import { costTableDetailView, discardDraft, getCostTable } from '#services/rating/index.ts'

/** One version with its rates and what publishing it changed. For the admin. */
export const GET = defineRoute(
  { auth: 'session', params: versionParams, response: costTableDetailView },
  (ctx, { params }) => getCostTable(ctx, params),
)

/** Deletes a draft. For the admin. */
export const DELETE = defineRoute({ auth: 'session', params: versionParams, response: z.null() }, (ctx, { params }) =>
  discardDraft(ctx, params),
)
