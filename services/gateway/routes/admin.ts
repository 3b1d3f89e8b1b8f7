import * as z from 'zod'
import { TIERS } from '#lib/credits/price-list.ts'
import { formatUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { giveCredits, listAccounts, refundUsage, setTier } from '#services/credits/index.ts'
import { idInput, instantView, limitInput, positiveUsd, textInput, usdView } from '../accounts/shapes.ts'
import { defineGatewayRoute, type GatewayRoute } from '../define-gateway-route.ts'

const params = z.object({ id: idInput() })
const reason = textInput(500)
const entry = z.strictObject({
  amount_usd: positiveUsd,
  reason,
  request_key: z.string().regex(/^[\x21-\x7e]{1,200}$/, 'must be your own id of the request, without blanks'),
})
const booked = z.object({ id: z.string(), is_new: z.boolean() })

const list = defineGatewayRoute(
  {
    method: 'GET',
    path: '/admin/accounts',
    auth: 'admin',
    summary: 'Credit accounts, newest first, by a part of id or subject',
    query: z.strictObject({
      query: textInput(200).optional(),
      cursor: z
        .string()
        .regex(/^\d{1,18}$/, 'must be one that was given out')
        .transform((digits) => BigInt(digits))
        .optional(),
      limit: limitInput,
    }),
    response: z.object({
      data: z.array(
        z.object({
          id: z.string(),
          number: z.string(),
          subject: z.string(),
          tier: z.enum(TIERS),
          status: z.enum(['open', 'frozen']),
          balance_usd: usdView,
          held_usd: usdView,
          receivable_usd: usdView,
          cap_usd: usdView.nullable(),
          created_at: instantView,
        }),
      ),
      next_cursor: z.string().nullable(),
    }),
    errors: [],
  },
  async ({ ctx, query: { query = null, cursor: before = null, limit } }) => {
    const { accounts, next } = await listAccounts(ctx, { query, before, limit })
    const data = accounts.map(({ id, number, subject, tier, status, ...account }) => ({
      id,
      number: number.toString(),
      subject,
      tier,
      status,
      balance_usd: formatUsd(usd(account.balance)),
      held_usd: formatUsd(usd(account.held)),
      receivable_usd: formatUsd(usd(account.receivable)),
      cap_usd: account.monthlyCap === null ? null : formatUsd(usd(account.monthlyCap)),
      created_at: account.createdAt.toISOString(),
    }))
    return { data, next_cursor: next }
  },
)

const change = defineGatewayRoute(
  {
    method: 'PATCH',
    path: '/admin/accounts/{id}',
    auth: 'admin',
    summary: "Set an account's tier",
    params,
    body: z.strictObject({ tier: z.enum(TIERS), reason }),
    response: z.object({ id: z.string(), tier: z.enum(TIERS) }),
    errors: ['not_found'],
  },
  async ({ ctx, parts, params: { id }, body }) => {
    await setTier(ctx, { accountId: id, ...body })
    parts.display.forget(id)
    return { id, tier: body.tier }
  },
)

const grant = defineGatewayRoute(
  {
    method: 'POST',
    path: '/admin/accounts/{id}/grants',
    auth: 'admin',
    summary: 'Give credits, with a reason that the customer reads',
    params,
    body: entry.extend({
      expires_at: instantView.nullable().default(null),
    }),
    response: booked,
    status: 201,
    errors: ['idempotency_conflict', 'not_found'],
  },
  async ({ ctx, parts, params: { id: accountId }, body }) => {
    const expiresAt = body.expires_at === null ? null : new Date(body.expires_at)
    const { amount_usd: amount, request_key: requestKey } = body
    const { id, isNew } = await giveCredits(ctx, { accountId, amount, reason: body.reason, requestKey, expiresAt })
    parts.display.forget(accountId)
    return { id, is_new: isNew }
  },
)

const refund = defineGatewayRoute(
  {
    method: 'POST',
    path: '/admin/accounts/{id}/refunds',
    auth: 'admin',
    summary: 'Give usage back by a reversing entry: a line of the history, or of the running month',
    params,
    body: entry.extend({ transfer_id: idInput(300).nullable().default(null) }),
    response: booked,
    status: 201,
    errors: ['idempotency_conflict', 'invalid_amount', 'not_found'],
  },
  async ({ ctx, parts, params: { id: accountId }, body }) => {
    const { amount_usd: amount, request_key: requestKey, transfer_id: transferId } = body
    const { id, isNew } = await refundUsage(ctx, { accountId, amount, reason: body.reason, requestKey, transferId })
    parts.display.forget(accountId)
    return { id, is_new: isNew }
  },
)

/** What the admin does to credit accounts. */
export const adminRoutes: readonly GatewayRoute[] = [list, change, grant, refund]
