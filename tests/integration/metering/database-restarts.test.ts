import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIngestWriter, type IngestInput } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { eventIdentities } from '#services/platform/db/schema/index.ts'
import { contextOn, type TestContext } from '#tests/support/context.ts'
import { type OwnPostgres, startOwnPostgres } from '#tests/support/own-postgres.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'
import { wrongSums } from '#tests/support/usage-sums.ts'

const RESTARTS = process.env['TEST_LONG'] ? 60 : 4
const CLIENTS = 4
const BATCH = 20
/** Batches that are acknowledged between two restarts. */
const BETWEEN = 12

let postgres: OwnPostgres
let opened: TestContext
let keys: string[]

beforeAll(async () => {
  postgres = await startOwnPostgres()
  opened = await contextOn(postgres.url)
  keys = await Promise.all([1n, 2n, 3n].map((vaultId) => giveKey(opened.ctx, vaultId)))
})
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

type Ingest = (input: IngestInput) => Promise<unknown>

/** Clients that deliver without end, each batch until it is acknowledged, while the database crashes. */
async function acknowledgedThrough(restarts: number, ingest: Ingest): Promise<string[]> {
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
  for (let restart = 0; restart < restarts; restart += 1) {
    await until(acknowledged.length + BETWEEN * BATCH)
    await postgres.restart()
    await until(acknowledged.length + 1)
  }
  await until(acknowledged.length + BETWEEN * BATCH)
  load.isOver = true
  await Promise.all(clients)
  return acknowledged
}

/** Of the calls that were acknowledged, those that are not stored. */
async function lostOf(ctx: ServiceContext, acknowledged: readonly string[]): Promise<string[]> {
  const rows = await ctx.db.select({ id: eventIdentities.id }).from(eventIdentities)
  const stored = new Set(rows.map(({ id }) => id))
  return acknowledged.filter((id) => !stored.has(id))
}

test(`through ${RESTARTS} crashes of the database no acknowledged call is lost, and none counts twice`, async () => {
  const { ctx } = opened
  const acknowledged = await acknowledgedThrough(RESTARTS, createIngestWriter(ctx))
  expect(acknowledged.length).toBeGreaterThan(RESTARTS * BETWEEN * BATCH)
  expect(await lostOf(ctx, acknowledged)).toEqual([])
  expect(await wrongSums(ctx.db)).toEqual([])
})

test('a receiver that acknowledges before the commit is found out', async () => {
  const { ctx } = opened
  const writer = createIngestWriter(ctx)
  const written: Promise<unknown>[] = []
  const hasty: Ingest = async (input) => {
    written.push(writer(input).catch(() => undefined))
    await sleep(1)
  }
  const acknowledged = await acknowledgedThrough(1, hasty)
  await Promise.all(written)
  expect((await lostOf(ctx, acknowledged)).length).toBeGreaterThan(0)
})
