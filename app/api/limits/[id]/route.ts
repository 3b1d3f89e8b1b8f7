import * as z from 'zod'
import { defineRoute } from '#app/_http/define-route.ts'
import { changeLimit, limitChange, limitId, limitView, removedLimitView, removeLimit } from '#services/limits/index.ts'

const limitParams = z.object({ id: limitId })

/** Changes a limit's amount or kind. */
export const PATCH = defineRoute(
  { auth: 'session or key', params: limitParams, body: limitChange, response: limitView },
  (ctx, { params, body }) => changeLimit(ctx, { ...params, ...body }),
)

/** Ends a limit. */
export const DELETE = defineRoute(
  { auth: 'session or key', params: limitParams, response: removedLimitView },
  (ctx, { params }) => removeLimit(ctx, params),
)
