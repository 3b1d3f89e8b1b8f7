import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { createTestDatabase } from '#tests/support/stack.ts'

const clients: pg.Client[] = []
afterAll(() => Promise.all(clients.map((client) => client.end())))

async function connect(): Promise<pg.Client> {
  const { url } = await createTestDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  clients.push(client)
  return client
}

test('each test database is a migrated Postgres 18 of its own', async () => {
  const [one, two] = [await connect(), await connect()]
  await one.query('CREATE TABLE only_here (id int)')
  const { rows } = await two.query("SELECT to_regclass('only_here') AS missing, to_regclass('events') AS migrated")
  expect(rows).toEqual([{ missing: null, migrated: 'events' }])
  const { rows: versions } = await two.query('SHOW server_version')
  expect(versions[0].server_version).toMatch(/^18\./)
})
