import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '#services/platform/db/client.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { toAppError } from '#services/platform/to-app-error.ts'
import { createTestDatabase } from '#tests/support/stack.ts'

let url: string
let database: Database
const settings = { pool: 2, onConnectionError: () => undefined }

beforeAll(async () => {
  ;({ url } = await createTestDatabase())
  database = openDatabase({ ...settings, url })
})
afterAll(() => database.close())

const codeOf = (work: PromiseLike<unknown>): Promise<string> =>
  Promise.resolve(work).then(
    () => 'it was answered',
    (error: unknown) => toAppError(error).code,
  )

describe('a database that is away is told as such', () => {
  test.each(['127.0.0.1:1', 'localhost:1'])('when nobody answers at %s', async (host) => {
    const away = openDatabase({ ...settings, url: `postgres://somebody@${host}/nothing` })
    expect(await codeOf(away.db.execute(sql`select 1`))).toBe('database_unavailable')
    expect(await codeOf(withTransaction({ db: away.db }, async () => undefined))).toBe('database_unavailable')
    await away.close()
  })

  test('when it ends the connection that a query is on', async () => {
    const ended = sql`select pg_terminate_backend(pg_backend_pid())`
    expect(await codeOf(database.db.execute(ended))).toBe('database_unavailable')
    expect(await codeOf(withTransaction(database, ({ db }) => db.execute(ended)))).toBe('database_unavailable')
    expect(await codeOf(database.db.execute(sql`select 1`))).toBe('it was answered')
  })

  test('when no connection becomes free in time', async () => {
    const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 2_000 })
    const taken = await pool.connect()
    expect(await codeOf(drizzle(pool).execute(sql`select 1`))).toBe('database_unavailable')
    taken.release()
    await pool.end()
  })
})

describe('is told apart', () => {
  test('a query that the database refuses', async () => {
    expect(await codeOf(database.db.execute(sql`select 1/0`))).toBe('internal')
    expect(await codeOf(database.db.execute(sql`select nothing`))).toBe('internal')
  })

  test('another service that is away', async () => {
    expect(await codeOf(request('http://127.0.0.1:1'))).toBe('internal')
  })
})
