import * as z from 'zod'
import { formatFlow, formatUsd, formatUsdPerFlow } from '#lib/money/decimal.ts'
import { getFlowPayment, listTopups } from '#services/flow-topups/index.ts'
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
]
