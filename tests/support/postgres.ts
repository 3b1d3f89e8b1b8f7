import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { migrate } from '#services/platform/db/migrate.ts'

export interface TestDatabase {
  readonly url: string
  /** Drops it, with whoever is still connected. */
  drop(): Promise<void>
}

async function asAdmin(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

/** A database of its own in the run's Postgres, with the product's schema. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin((client) => client.query(`create database ${name}`))
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${name}`
  await migrate(url.href)
  return { url: url.href, drop: () => asAdmin((client) => client.query(`drop database ${name} with (force)`)) }
}
