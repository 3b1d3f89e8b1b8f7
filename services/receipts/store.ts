import { and, asc, desc, eq, gte, inArray, isNotNull, lt } from 'drizzle-orm'
import type { Hash } from '#lib/merkle/hash.ts'
import type { Period } from '#lib/period/period.ts'
import type { Db } from '#services/platform/db/client.ts'
import {
  creditAccounts,
  eventIdentities,
  events,
  merkleChunks,
  meterPeriods,
  readings,
} from '#services/platform/db/schema/index.ts'

/** A vault's billing period in one deployment of the contracts. */
export interface PeriodRef {
  readonly deploymentId: string
  readonly vaultId: bigint
  readonly period: Period
}

/** The number of a credit account, by its id or by whose it is. */
export async function findAccountNumber(
  db: Db,
  by: { readonly id: string } | { readonly subject: string },
): Promise<bigint | null> {
  const [row] = await db
    .select({ number: creditAccounts.number })
    .from(creditAccounts)
    .where('id' in by ? eq(creditAccounts.id, by.id) : eq(creditAccounts.subject, by.subject))
  return row?.number ?? null
}

export type IdentityRow = typeof eventIdentities.$inferSelect

export async function findIdentity(db: Db, deploymentId: string, id: string): Promise<IdentityRow | null> {
  const [row] = await db
    .select()
    .from(eventIdentities)
    .where(and(eq(eventIdentities.id, id), eq(eventIdentities.deploymentId, deploymentId)))
  return row ?? null
}

/** The calls that carry LiteLLM's call id, newest first; `vaultIds` null: of any vault. */
export async function listByCallId(
  db: Db,
  deploymentId: string,
  callId: string,
  { vaultIds, limit }: { vaultIds: readonly bigint[] | null; limit: number },
): Promise<IdentityRow[]> {
  if (vaultIds?.length === 0) return []
  const rows = await db
    .select({ identity: eventIdentities })
    .from(events)
    .innerJoin(eventIdentities, eq(eventIdentities.id, events.id))
    .where(
      and(
        eq(events.deploymentId, deploymentId),
        eq(events.callId, callId),
        vaultIds ? inArray(events.vaultId, [...vaultIds]) : undefined,
      ),
    )
    .orderBy(desc(events.startedAt), desc(events.ordinal))
    .limit(limit)
  return rows.map(({ identity }) => identity)
}

const leafFields = {
  id: events.id,
  vaultId: events.vaultId,
  period: events.period,
  ordinal: events.ordinal,
  keyHash: events.keyHash,
  startedAt: events.startedAt,
  model: events.model,
  inputTokens: events.inputTokens,
  outputTokens: events.outputTokens,
  billableTokens: events.billableTokens,
}

const eventsIn = ({ deploymentId, vaultId, period }: PeriodRef, from: number, to: number) =>
  and(
    eq(events.deploymentId, deploymentId),
    eq(events.vaultId, vaultId),
    eq(events.period, period),
    gte(events.ordinal, from),
    lt(events.ordinal, to),
  )

const leafRowsIn = (db: Db, ref: PeriodRef, from: number, to: number) =>
  db
    .select(leafFields)
    .from(events)
    .where(eventsIn(ref, from, to))
    .orderBy(asc(events.ordinal))

/** What a leaf is made of. */
export type LeafRow = Awaited<ReturnType<typeof leafRowsIn>>[number]

/** The events at ordinals from `from` to before `to` whose details are still kept, in the tree's order. */
export const listLeafRows = (db: Db, ref: PeriodRef, from: number, to: number): Promise<LeafRow[]> =>
  leafRowsIn(db, ref, from, to)

/** Hashes of the leaves from `from` to before `to`, in the tree's order. */
export async function listLeafHashes(db: Db, ref: PeriodRef, from: number, to: number): Promise<Hash[]> {
  const { deploymentId, vaultId, period } = ref
  const rows = await db
    .select({ leafHash: eventIdentities.leafHash })
    .from(eventIdentities)
    .where(
      and(
        eq(eventIdentities.deploymentId, deploymentId),
        eq(eventIdentities.vaultId, vaultId),
        eq(eventIdentities.period, period),
        gte(eventIdentities.ordinal, from),
        lt(eventIdentities.ordinal, to),
      ),
    )
    .orderBy(asc(eventIdentities.ordinal))
  return rows.map(({ leafHash }) => leafHash)
}

const chunksOf = ({ deploymentId, vaultId, period }: PeriodRef) =>
  and(eq(merkleChunks.deploymentId, deploymentId), eq(merkleChunks.vaultId, vaultId), eq(merkleChunks.period, period))

/** Roots of complete runs that were computed before, by their number. */
export async function readChunks(db: Db, ref: PeriodRef): Promise<Map<number, Hash>> {
  const rows = await db.select().from(merkleChunks).where(chunksOf(ref))
  return new Map(rows.map(({ chunk, root }) => [chunk, root]))
}

export async function saveChunk(db: Db, ref: PeriodRef, chunk: number, root: Hash): Promise<void> {
  await db
    .insert(merkleChunks)
    .values({ ...ref, chunk, root })
    .onConflictDoNothing()
}

export type ReadingRow = typeof readings.$inferSelect

/** The period's last reading that a known transaction settled. Readings are cumulative: it covers all before it. */
export async function findLastSettled(
  db: Db,
  { deploymentId, vaultId, period }: PeriodRef,
): Promise<(ReadingRow & { txId: string }) | null> {
  const [row] = await db
    .select()
    .from(readings)
    .where(
      and(
        eq(readings.deploymentId, deploymentId),
        eq(readings.vaultId, vaultId),
        eq(readings.period, period),
        eq(readings.status, 'sealed'),
        isNotNull(readings.txId),
      ),
    )
    .orderBy(desc(readings.sequence))
    .limit(1)
  return row?.txId ? { ...row, txId: row.txId } : null
}

export type MeterPeriodRow = typeof meterPeriods.$inferSelect

export async function findMeterPeriod(
  db: Db,
  { deploymentId, vaultId, period }: PeriodRef,
): Promise<MeterPeriodRow | null> {
  const [row] = await db
    .select()
    .from(meterPeriods)
    .where(
      and(
        eq(meterPeriods.deploymentId, deploymentId),
        eq(meterPeriods.vaultId, vaultId),
        eq(meterPeriods.period, period),
      ),
    )
  return row ?? null
}
