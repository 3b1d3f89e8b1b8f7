import * as z from 'zod'
import { defineRoute } from '#app/_http/define-route.ts'
import { accountName, createLimit, limitInput, limitListView, limitView, listLimits } from '#services/limits/index.ts'

const limitQuery = z.object({ account: z.union([accountName, z.literal('all')]).optional() })

/** The limits of the caller's accounts, of one account, or (`all`, for the admin) of the installation. */
export const GET = defineRoute(
  { auth: 'session or key', query: limitQuery, response: limitListView },
  (ctx, { query }) => listLimits(ctx, query),
)

/** A repeat carries the same header, or the same id in the body. */
const IDEMPOTENCY_HEADER = 'idempotency-key'
const REPEAT_KEY_MAX = 255

/** Sets a limit: 201, and 200 when the same was asked for before. */
export const POST = defineRoute(
  { auth: 'session or key', body: limitInput, response: limitView },
  async (ctx, { body, request, reply }) => {
    const repeatKey = request.headers.get(IDEMPOTENCY_HEADER)?.slice(0, REPEAT_KEY_MAX)
    const { limit, isNew } = await createLimit(ctx, body, repeatKey)
    if (isNew) reply.status = 201
    return limit
  },
)
