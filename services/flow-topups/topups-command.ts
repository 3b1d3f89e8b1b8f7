import { formatFlow } from '#lib/money/decimal.ts'
import { flow } from '#lib/money/units.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { listUnclaimed, type TopupRow } from './store.ts'

const MOST = 200

const whyOf = ({ fromAddress, state }: TopupRow): string => {
  if (fromAddress === null) return 'the sender is not known'
  return state === 'waiting' ? 'no rate' : 'no account'
}

const lineOf = (topup: TopupRow): string => {
  const { blockTime, amount, fromAddress, txId, eventIndex } = topup
  const from = fromAddress ?? 'nobody that the chain tells'
  const place = `${txId}:${eventIndex}`
  return `${blockTime.toISOString()}  ${formatFlow(flow(amount))} FLOW from ${from}: ${whyOf(topup)}  ${place}`
}

/** What arrived and is on nobody's account, newest first, a line each. */
export async function topupsCommand(ctx: ServiceContext): Promise<string> {
  requireSystem(ctx.actor)
  const rows = await listUnclaimed(ctx.db, ctx.deploymentId, MOST)
  return rows.length === 0 ? 'All FLOW that arrived is credited.' : rows.map(lineOf).join('\n')
}
