import { and, asc, between, eq, gt, gte, lt, sql } from 'drizzle-orm'
import type { Period } from '#lib/period/period.ts'
import type { Db } from '#services/platform/db/client.ts'
import { payersOf } from '#services/platform/db/payers-of.ts'
import { events, meterPeriods } from '#services/platform/db/schema/index.ts'

export type EventRow = typeof events.$inferSelect

/** A billing period of a vault, or of a credit account under its number below 0, with events. */
export interface EventPeriod {
  readonly vaultId: bigint
  readonly period: Period
  /** Ordinals below are taken. */
  readonly eventCount: number
}

/** The periods that have events, by payer; of all if no accounts are named. */
export const listPeriods = (
  db: Db,
  deploymentId: string,
  { accounts, first, last }: { accounts: readonly string[] | null; first: Period; last: Period },
): Promise<EventPeriod[]> =>
  db
    .select({ vaultId: meterPeriods.vaultId, period: meterPeriods.period, eventCount: meterPeriods.eventCount })
    .from(meterPeriods)
    .where(
      and(
        eq(meterPeriods.deploymentId, deploymentId),
        accounts ? sql`${meterPeriods.vaultId} = any(${payersOf(accounts)})` : undefined,
        between(meterPeriods.period, first, last),
        gt(meterPeriods.eventCount, 0),
      ),
    )
    .orderBy(asc(meterPeriods.vaultId), asc(meterPeriods.period))

/** The next events of a period after an ordinal, in the order of ordinals, that started in a span. */
export const readEvents = (
  db: Db,
  deploymentId: string,
  place: EventPeriod & { readonly after: number; readonly from: Date; readonly to: Date; readonly limit: number },
): Promise<EventRow[]> =>
  db
    .select()
    .from(events)
    .where(
      and(
        eq(events.deploymentId, deploymentId),
        eq(events.vaultId, place.vaultId),
        eq(events.period, place.period),
        gt(events.ordinal, place.after),
        lt(events.ordinal, place.eventCount),
        gte(events.startedAt, place.from),
        lt(events.startedAt, place.to),
      ),
    )
    .orderBy(asc(events.ordinal))
    .limit(place.limit)
