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
  const rates = new Map<number, RateThen>()
  const now = await currentRate(ctx)
  for (const { id, blockHeight, amount } of waiting) {
    if (!rates.has(blockHeight)) rates.set(blockHeight, await rateAt(ctx, blockHeight, now.height))
    const rate = rates.get(blockHeight) ?? now.rate
    // Of a block that can't be asked now nobody else has to wait.
    if (rate === null || rate === 'unknown') continue
    const usd = flowToUsd(flow(amount), rate)
    await priceTopup(ctx.db, id, { state: usd > 0n ? 'priced' : 'too_small', usd, usdPerFlow: rate })
  }
}

/** Null: the block had no rate that counts. `unknown`: a node that was asked doesn't tell, another one may. */
type RateThen = UsdPerFlow | 'unknown' | null

async function currentRate({ chain }: ServiceContext): Promise<{ rate: UsdPerFlow | null; height: number }> {
  const { height } = await chain.latestBlock()
  return { rate: await chain.script('get_rate', {}), height }
}

async function rateAt({ chain, log }: ServiceContext, height: number, latest: number): Promise<RateThen> {
  try {
    return await chain.script('get_rate', {}, height)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'chain_refused') throw error
    const isLost = height <= latest - LOST_BELOW
    log.debug({ height, isLost, why: error.internal }, 'the rate of a block is not known')
    return isLost ? null : 'unknown'
  }
}
