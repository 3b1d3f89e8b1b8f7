import { formatFlow, formatUsdPerFlow } from '#lib/money/decimal.ts'
import { flow, usd, usdPerFlow } from '#lib/money/units.ts'
import { creditPurchase } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { listPayable, lockTopup, markCredited, type TopupRow } from './store.ts'

const TOGETHER = 100

/** Credits what is priced and belongs to an account. True: there may be more. One that fails keeps no other waiting. */
export async function creditTopups(ctx: ServiceContext): Promise<boolean> {
  const payable = await listPayable(ctx.db, ctx.deploymentId, TOGETHER)
  let failed = 0
  for (const { id, accountId } of payable) {
    try {
      await creditOne(ctx, id, accountId)
    } catch (err) {
      failed += 1
      ctx.log.error({ err, topup: id }, 'FLOW that arrived could not be credited')
    }
  }
  return payable.length === TOGETHER && failed < TOGETHER
}

/** The credit and the note of it are one transaction; the ledger takes the same top-up once whatever the note says. */
async function creditOne(ctx: ServiceContext, id: string, accountId: string): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const topup = await lockTopup(tx.db, id)
    if (topup?.state === 'priced') await bookTopup(tx, topup, { accountId })
  })
}

/** Credits a top-up that is locked and has its price. `told`: more that the entry says of it. */
export async function bookTopup(
  tx: ServiceContext,
  topup: TopupRow,
  { accountId, told = {} }: { accountId: string; told?: Readonly<Record<string, string>> },
): Promise<void> {
  const amount = usd(topup.usd ?? 0n)
  const facts = { ...factsOf(topup), ...told }
  await creditPurchase(tx, { paymentId: topup.id, accountId, from: 'flow', amount, facts })
  await markCredited(tx.db, topup.id, { accountId, creditedAt: tx.clock() })
}

const factsOf = ({ txId, amount, usdPerFlow: rate, vaultId }: TopupRow) => ({
  method: 'flow',
  txId,
  flow: formatFlow(flow(amount)),
  usdPerFlow: formatUsdPerFlow(usdPerFlow(rate ?? 0n)),
  ...(vaultId === null ? {} : { vault: vaultId.toString() }),
})
