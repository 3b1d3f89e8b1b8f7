import * as z from 'zod'
import { formatFlow, formatUsd, formatUsdPerFlow } from '#lib/money/decimal.ts'
import { assignTopup, getFlowPayment, listTopups, listUnassigned } from '#services/flow-topups/index.ts'
import { idInput, limitInput, textInput } from '../accounts/shapes.ts'
import { defineGatewayRoute, type GatewayRoute } from '../define-gateway-route.ts'

const topupView = z.object({
  id: z.string(),
  transaction_id: z.string(),
  /** The subscription that was paid from; null: the wallet. */
  subscription_id: z.string().nullable(),
  amount_flow: z.string(),
  /** `waiting`: for a rate of FLOW. `priced`: credited in a moment. `too_small`: worth nothing. */
  state: z.enum(['waiting', 'priced', 'credited', 'too_small']),
  usd_per_flow: z.string().nullable(),
  amount_usd: z.string().nullable(),
  arrived_at: z.iso.datetime(),
  credited_at: z.iso.datetime().nullable(),
})

const topupList = z.object({
  /** Where FLOW is paid to; null: no FLOW is taken here. */
  address: z.string().nullable(),
  /** What one FLOW is worth now; null: not known, and what is paid waits. */
  usd_per_flow: z.string().nullable(),
  data: z.array(topupView),
})

type Topup = Awaited<ReturnType<typeof listTopups>>[number]
const viewOf = (topup: Topup): z.input<typeof topupView> => ({
  id: topup.id,
  transaction_id: topup.txId,
  subscription_id: topup.vaultId?.toString() ?? null,
  amount_flow: formatFlow(topup.amount),
  state: topup.state,
  usd_per_flow: topup.usdPerFlow === null ? null : formatUsdPerFlow(topup.usdPerFlow),
  amount_usd: topup.usd === null ? null : formatUsd(topup.usd),
  arrived_at: topup.arrivedAt.toISOString(),
  credited_at: topup.creditedAt?.toISOString() ?? null,
})

const PLACE = /^(\d{1,15}):([!-~]{1,200})$/

const unassigned = defineGatewayRoute(
  {
    method: 'GET',
    path: '/admin/topups',
    auth: 'admin',
    summary: 'FLOW that arrived for credits and belongs to no account, newest first',
    query: z.strictObject({
      cursor: z
        .string()
        .regex(PLACE, 'must be one that was given out')
        .transform((text) => {
          const [, height = '', id = ''] = PLACE.exec(text) ?? []
          return { blockHeight: Number(height), id }
        })
        .optional(),
      limit: limitInput,
    }),
    response: z.object({
      /** Where FLOW is paid to; null: no FLOW is taken here. */
      address: z.string().nullable(),
      data: z.array(topupView.extend({ from_address: z.string().nullable() })),
      next_cursor: z.string().nullable(),
    }),
    errors: [],
  },
  async ({ ctx, query: { cursor: after = null, limit } }) => {
    const { topups, next } = await listUnassigned(ctx, { after, limit })
    return {
      address: ctx.env.credits.flowAddress,
      data: topups.map((topup) => ({ ...viewOf(topup), from_address: topup.from })),
      next_cursor: next && `${next.blockHeight}:${next.id}`,
    }
  },
)

const assign = defineGatewayRoute(
  {
    method: 'POST',
    path: '/admin/topups',
    auth: 'admin',
    summary: 'Credit such FLOW to an account, once, with a reason that the customer reads',
    body: z.strictObject({ id: idInput(100), account_id: idInput(), reason: textInput(500) }),
    response: z.object({ id: z.string(), account_id: z.string(), is_new: z.boolean() }),
    errors: ['not_found', 'topup_taken', 'topup_unpriced'],
  },
  async ({ ctx, parts, body: { id, account_id: accountId, reason } }) => {
    const { isNew } = await assignTopup(ctx, { topupId: id, accountId, reason })
    parts.display.forget(accountId)
    return { id, account_id: accountId, is_new: isNew }
  },
)

/** FLOW that was paid for credits. */
export const topupRoutes: readonly GatewayRoute[] = [
  defineGatewayRoute(
    {
      method: 'GET',
      path: '/credits/topups',
      auth: 'account',
      summary: 'FLOW that you paid for credits: credited, or on its way',
      response: topupList,
      errors: [],
    },
    async ({ ctx, caller }) => {
      const [payment, topups] = await Promise.all([getFlowPayment(ctx), listTopups(ctx, caller.account.id)])
      const rate = payment?.usdPerFlow ?? null
      return {
        address: payment?.address ?? null,
        usd_per_flow: rate === null ? null : formatUsdPerFlow(rate),
        data: topups.map(viewOf),
      }
    },
  ),
  unassigned,
  assign,
]
