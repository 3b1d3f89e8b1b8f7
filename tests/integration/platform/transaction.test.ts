import { sql } from 'drizzle-orm'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '#services/platform/db/client.ts'
import { deployments } from '#services/platform/db/schema/index.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { createTestDatabase } from '#tests/support/stack.ts'

let database: Database
const broken: Error[] = []

beforeAll(async () => {
  const { url } = await createTestDatabase()
  database = openDatabase({ url, pool: 2, onConnectionError: (error) => broken.push(error) })
})
afterAll(() => database.close())

const deployment = (id: string) => ({ id, network: 'emulator', contractAddress: '0x01' })
const count = () => database.db.$count(deployments)

test('all of it or nothing, also of what is inside another', async () => {
  await expect(
    withTransaction({ db: database.db }, async (outer) => {
      await outer.db.insert(deployments).values(deployment('a'))
      await withTransaction(outer, (inner) => inner.db.insert(deployments).values(deployment('b')))
      throw new Error('changed my mind')
    }),
  ).rejects.toThrow('changed my mind')
  expect(await count()).toBe(0)
  await withTransaction({ db: database.db }, async (outer) => {
    await outer.db.insert(deployments).values(deployment('a'))
    const inner = withTransaction(outer, async ({ db }) => {
      await db.insert(deployments).values(deployment('b'))
      throw new Error('only this')
    })
    await expect(inner).rejects.toThrow('only this')
  })
  expect(await count()).toBe(1)
})

/** Connections that nobody gave back after two transactions whose connection broke as they began. */
async function keptAfterBreaks({ pool }: Database, begin: () => Promise<unknown>): Promise<number> {
  const breakIt = (connection: pg.PoolClient): void => {
    ;(connection as object as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
  }
  pool.on('acquire', breakIt)
  for (let i = 0; i < 2; i += 1) await expect(begin()).rejects.toThrow(/begin/)
  pool.off('acquire', breakIt)
  return pool.totalCount - pool.idleCount
}

test('a connection that breaks before the transaction has begun is given back, and ends no process', async () => {
  expect(await keptAfterBreaks(database, () => withTransaction({ db: database.db }, async () => undefined))).toBe(0)
  expect(broken.length).toBeGreaterThan(0)
  const { rows } = await withTransaction({ db: database.db }, ({ db }) => db.execute(sql`select 1 as one`))
  expect(rows).toEqual([{ one: 1 }])
})

test('Drizzle by itself keeps it', async () => {
  const { url } = await createTestDatabase()
  const other = openDatabase({ url, pool: 2, onConnectionError: () => {} })
  expect(await keptAfterBreaks(other, () => other.db.transaction(async () => undefined))).toBe(2)
})
