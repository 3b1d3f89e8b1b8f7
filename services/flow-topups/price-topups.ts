import { AppError } from '#lib/errors/app-error.ts'
import { flow, type UsdPerFlow } from '#lib/money/units.ts'
import { flowToUsd } from '#lib/pricing/price-usage.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { listUnpriced, priceTopup } from './store.ts'

const TOGETHER = 100
/** A node that lacks the state of a block so far down will not have it: the rate of now counts instead. */
const LOST_BELOW = 100

/**
 * Prices what arrived by the chain's rate of its block. If there was none then, or only one that was too old, it waits
 * for the first that counts.
 */
export async function priceTopups(ctx: ServiceContext): Promise<void> {
  const waiting = await listUnpriced(ctx.db, ctx.deploymentId, TOGETHER)
  if (waiting.length === 0) return
  const rates = new Map<number, UsdPerFlow | null>()
  const now = await currentRate(ctx)
  for (const { id, blockHeight, amount } of waiting) {
    if (!rates.has(blockHeight)) rates.set(blockHeight, await rateAt(ctx, blockHeight, now.height))
    const rate = rates.get(blockHeight) ?? now.rate
    if (rate === null) continue
    const usd = flowToUsd(flow(amount), rate)
    await priceTopup(ctx.db, id, { state: usd > 0n ? 'priced' : 'too_small', usd, usdPerFlow: rate })
  }
}

async function currentRate({ chain }: ServiceContext): Promise<{ rate: UsdPerFlow | null; height: number }> {
  const { height } = await chain.latestBlock()
  return { rate: await chain.script('get_rate', {}), height }
}

/** Null: the block had no rate that counts, or nobody knows any more. */
async function rateAt({ chain, log }: ServiceContext, height: number, latest: number): Promise<UsdPerFlow | null> {
  try {
    return await chain.script('get_rate', {}, height)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'chain_refused' || height > latest - LOST_BELOW) throw error
    log.warn({ height, why: error.internal }, 'the rate of a block is not known any more')
    return null
  }
}
