import * as z from 'zod'
import { formatUsd, parseUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { defineGatewayRoute, type GatewayRoute } from '../define-gateway-route.ts'
import { decideReview } from '../reviews/decide-review.ts'
import { listReviews } from '../store.ts'

/** Reviews that are told at once, the oldest first: none is to grow old. */
const MOST = 200

const reviewView = z.object({
  id: z.string(),
  account_id: z.string(),
  request_id: z.string(),
  model: z.string(),
  reason: z.enum(['impossible', 'above_hold']),
  held_usd: z.string(),
  /** The counts as they were reported. */
  reported: z.unknown(),
  created_at: z.iso.datetime(),
})

const id = z.string().regex(/^[0-9a-f]{32}\.[0-9a-f]{32}$/, 'must be the id of a review')
const amount = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,8})?$/, 'must be an amount of USD, like "12.50"')
  .transform((text) => parseUsd(text))

const decision = z.discriminatedUnion('decision', [
  z.strictObject({ id, decision: z.literal('void') }),
  z.strictObject({ id, decision: z.literal('book'), amount_usd: amount }),
])

/** Usage that can't be, for the admin to decide about. */
export const reviewRoutes: readonly GatewayRoute[] = [
  defineGatewayRoute(
    {
      method: 'GET',
      path: '/admin/usage-reviews',
      auth: 'admin',
      summary: 'Usage that can’t be, with the holds that wait for a decision',
      response: z.object({ data: z.array(reviewView) }),
      errors: [],
    },
    async ({ parts }) => {
      const rows = await listReviews(parts.system.db, MOST)
      const data = rows.map(({ held, facts, reported, createdAt, ...row }) => ({
        id: row.id,
        account_id: row.accountId,
        request_id: row.requestId,
        model: String(facts['model'] ?? ''),
        reason: row.reason,
        held_usd: formatUsd(usd(held)),
        reported: reported['usage'] ?? null,
        created_at: createdAt.toISOString(),
      }))
      return { data }
    },
  ),
  defineGatewayRoute(
    {
      method: 'POST',
      path: '/admin/usage-reviews',
      auth: 'admin',
      summary: 'Book what such a request costs, at most what is held, or nothing',
      body: decision,
      response: z.object({ id: z.string(), state: z.enum(['open', 'booked', 'void']) }),
      errors: ['not_found'],
    },
    async ({ ctx, parts, body }) => {
      const booked = body.decision === 'book' ? body.amount_usd : null
      return { id: body.id, state: await decideReview(ctx, parts.holds, { id: body.id, amount: booked }) }
    },
  ),
]
