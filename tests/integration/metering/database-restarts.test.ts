import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIngestWriter } from '#services/metering/index.ts'
import { contextOn, type TestContext } from '#tests/support/context.ts'
import { acknowledgedThrough, CALLS_BETWEEN, type Ingest, lostOf } from '#tests/support/delivering-clients.ts'
import { type OwnPostgres, startOwnPostgres } from '#tests/support/own-postgres.ts'
import { giveKey } from '#tests/support/usage-events.ts'
import { wrongSums } from '#tests/support/usage-sums.ts'

const RESTARTS = process.env['TEST_LONG'] ? 60 : 4

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

test(`through ${RESTARTS} crashes of the database no acknowledged call is lost, and none counts twice`, async () => {
  const { ctx } = opened
  const restarts = Array.from({ length: RESTARTS }, () => () => postgres.restart())
  const acknowledged = await acknowledgedThrough(restarts, { ingest: createIngestWriter(ctx), keys })
  expect(acknowledged.length).toBeGreaterThan(RESTARTS * CALLS_BETWEEN)
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
  const acknowledged = await acknowledgedThrough([() => postgres.restart()], { ingest: hasty, keys })
  await Promise.all(written)
  expect((await lostOf(ctx, acknowledged)).length).toBeGreaterThan(0)
})
