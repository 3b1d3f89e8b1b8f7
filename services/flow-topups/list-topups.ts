import { flow, usd, usdPerFlow } from '#lib/money/units.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { TopupView } from './schemas.ts'
import { listOfAccount, type TopupRow } from './store.ts'

const MOST = 50

/** FLOW that an account paid with: credited, or on its way. Newest first. */
export const listTopups = async (ctx: ServiceContext, accountId: string): Promise<TopupView[]> =>
  (await listOfAccount(ctx.db, accountId, MOST)).map(toView)

export const toView = ({ txId, eventIndex, amount, usdPerFlow: rate, usd: worth, ...row }: TopupRow): TopupView => ({
  id: `${txId}:${eventIndex}`,
  txId,
  vaultId: row.vaultId,
  amount: flow(amount),
  state: row.state,
  usdPerFlow: rate === null ? null : usdPerFlow(rate),
  usd: worth === null ? null : usd(worth),
  arrivedAt: row.blockTime,
  creditedAt: row.creditedAt,
})
