import { setTimeout as sleep } from 'node:timers/promises'
import type { IngestInput } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { eventIdentities } from '#services/platform/db/schema/index.ts'
import { usageEvent } from './usage-events.ts'

export type Ingest = (input: IngestInput) => Promise<unknown>

const CLIENTS = 4
const BATCH = 20
/** Calls that are acknowledged before something happens to the database, and after the last of it. */
export const CALLS_BETWEEN = 240

/**
 * What was acknowledged to clients that deliver without end, each batch until it is, while one thing after the other
 * happens to the database.
 */
export async function acknowledgedThrough(
  happenings: readonly (() => Promise<void>)[],
  { ingest, keys }: { ingest: Ingest; keys: readonly string[] },
): Promise<string[]> {
  const acknowledged: string[] = []
  const load = { isOver: false }
  const client = async (): Promise<void> => {
    while (!load.isOver) {
      const calls = Array.from({ length: BATCH }, (_, i) => usageEvent(keys[i % keys.length] ?? ''))
      for (let isTaken = false; !isTaken && !load.isOver;) {
        try {
          await ingest({ road: 'plugin', items: calls.map((raw) => ({ raw })) })
          acknowledged.push(...calls.map(({ id }) => id))
          isTaken = true
        } catch {
          await sleep(30)
        }
      }
    }
  }
  const clients = Array.from({ length: CLIENTS }, client)
  const until = async (count: number): Promise<void> => {
    while (acknowledged.length < count) await sleep(5)
  }
  for (const happen of happenings) {
    await until(acknowledged.length + CALLS_BETWEEN)
    await happen()
  }
  await until(acknowledged.length + CALLS_BETWEEN)
  load.isOver = true
  await Promise.all(clients)
  return acknowledged
}

/** Of the calls that were acknowledged, those that are not stored. */
export async function lostOf(ctx: ServiceContext, acknowledged: readonly string[]): Promise<string[]> {
  const rows = await ctx.db.select({ id: eventIdentities.id }).from(eventIdentities)
  const stored = new Set(rows.map(({ id }) => id))
  return acknowledged.filter((id) => !stored.has(id))
}
