import { subscriptionEventsNamed, type SubscriptionEvent } from '#lib/flow/events.ts'
import { formatUsd } from '#lib/money/decimal.ts'
import { type Usd, usd } from '#lib/money/units.ts'
import { priceUsage } from '#lib/pricing/price-usage.ts'
import type { ChainEvent } from '#services/clients/flow/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { getSchedule } from '#services/pricing/index.ts'
import { holdAfterRefusal } from './hold-period.ts'
import { usageOf } from './schemas.ts'
import { endReading, type ReadingRow, settlePeriod } from './store.ts'

type Settled = SubscriptionEvent<'ReadingSettled'>

/** What a sealed transaction did with a reading. */
export type Verdict =
  | { readonly kind: 'settled'; readonly event: Settled; readonly txId: string }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'absent' }

/** What events say of readings. They are read once, however many readings are looked for. */
export class Verdicts {
  private readonly byReading = new Map<string, Verdict>()

  constructor(events: readonly ChainEvent[]) {
    for (const { id, sequence, reason } of subscriptionEventsNamed('ReadingSkipped', events)) {
      this.byReading.set(`${id} ${sequence}`, { kind: 'skipped', reason })
    }
    for (const raw of events) {
      for (const event of subscriptionEventsNamed('ReadingSettled', [raw])) {
        this.byReading.set(`${event.id} ${event.sequence}`, { kind: 'settled', event, txId: raw.txId })
      }
    }
  }

  of({ vaultId, sequence }: Pick<ReadingRow, 'vaultId' | 'sequence'>): Verdict {
    return this.byReading.get(`${vaultId} ${sequence}`) ?? { kind: 'absent' }
  }
}

/** Ends a reading as settled, with what the chain charged; a price that differs from ours is an alarm on its row. */
export async function endAsSettled(
  ctx: ServiceContext,
  reading: ReadingRow,
  event: Settled,
  txId: string,
): Promise<void> {
  if (event.root !== reading.root || event.totalTokens !== reading.tokens || event.period !== reading.period) {
    await endAsFailed(ctx, reading, 'sequence_taken')
    return
  }
  const expectedUsd = priceUsage(await getSchedule(ctx, reading.period), usageOf(reading)).usd
  const alarm = alarmOf(expectedUsd, event)
  if (alarm) ctx.log.error({ readingId: reading.id, txId, alarm }, 'what the chain charged needs a look')
  const finishedAt = ctx.clock()
  await withTransaction(ctx, async (tx) => {
    const ending = {
      status: 'sealed' as const,
      txId,
      usd: written(event.priceUsd),
      expectedUsd: written(expectedUsd),
      dueUsd: written(event.dueUsd),
      flow: written(event.flowDue),
      alarm,
      error: null,
      finishedAt,
    }
    if (await endReading(tx.db, reading.id, ending)) await settlePeriod(tx.db, tx.deploymentId, reading)
  })
}

/** The most that a row can say, 92 billion USD or FLOW; the chain can count twice as much. */
const MOST = 2n ** 63n - 1n
const written = (amount: bigint): bigint => (amount < MOST ? amount : MOST)

function alarmOf(expected: Usd, { priceUsd, dueUsd, flowDue }: Settled): string | null {
  if (expected !== priceUsd) return `price on chain ${formatUsd(priceUsd)} USD, expected ${formatUsd(expected)} USD`
  const isTooLarge = [priceUsd, dueUsd, flowDue].some((amount) => amount > MOST)
  return isTooLarge ? `too large to be written down: price on chain ${formatUsd(priceUsd)} USD` : null
}

/** Ends a reading that the vault has taken by a transaction that can't be found any more. */
export async function endAsSettledElsewhere(ctx: ServiceContext, reading: ReadingRow): Promise<void> {
  const expectedUsd = usd(priceUsage(await getSchedule(ctx, reading.period), usageOf(reading)).usd)
  const alarm = 'settled by a transaction that is not known here'
  ctx.log.error({ readingId: reading.id, alarm }, 'a reading was settled, but its transaction is not known')
  await withTransaction(ctx, async (tx) => {
    const known = { txId: null, expectedUsd: written(expectedUsd), alarm }
    const ending = { status: 'sealed' as const, ...known, finishedAt: tx.clock() }
    if (await endReading(tx.db, reading.id, ending)) await settlePeriod(tx.db, tx.deploymentId, reading)
  })
}

/** Ends a reading that the contract refused; the usage is planned again later, if it can ever settle. */
export async function endAsFailed(ctx: ServiceContext, reading: ReadingRow, reason: string): Promise<void> {
  ctx.log.warn({ readingId: reading.id, vaultId: reading.vaultId.toString(), reason }, 'a reading was refused')
  await withTransaction(ctx, async (tx) => {
    const ended = await endReading(tx.db, reading.id, { status: 'failed', error: reason, finishedAt: tx.clock() })
    if (ended) await holdAfterRefusal(tx, reading, reason)
  })
}
