import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { AppError } from '#lib/errors/app-error.ts'

interface Migration {
  readonly name: string
  readonly sql: string
}

/** The lock that Prisma itself takes, so that its command line and this one take turns. */
const prismaLock = 72_707_369
const bookkeeping = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
  migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`
const record = `INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, applied_steps_count)
  VALUES ($1, $2, now(), $3, 1)`

/** Applies LiteLLM's own migrations in order, in Prisma's bookkeeping. Returns how many were new. */
export async function migrateLitellm(databaseUrl: string, folder: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [prismaLock])
    await client.query(bookkeeping)
    const { rows } = await client.query<{ migration_name: string }>(
      'SELECT migration_name FROM "_prisma_migrations" WHERE finished_at IS NOT NULL',
    )
    const applied = new Set(rows.map((row) => row.migration_name))
    const missing = readMigrations(folder).filter(({ name }) => !applied.has(name))
    for (const migration of missing) await apply(client, migration)
    return missing.length
  } finally {
    await client.end()
  }
}

function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'migration.sql')))
  return names.sort().map((name) => ({ name, sql: readFileSync(join(folder, name, 'migration.sql'), 'utf8') }))
}

async function apply(client: pg.Client, { name, sql }: Migration): Promise<void> {
  const checksum = createHash('sha256').update(sql).digest('hex')
  // Postgres refuses a concurrent index inside a transaction; those files hold nothing else and may be repeated.
  const isAtomic = !/\bCONCURRENTLY\b/i.test(sql)
  try {
    if (isAtomic) await client.query('BEGIN')
    await client.query(sql)
    await client.query(record, [randomUUID(), checksum, name])
    if (isAtomic) await client.query('COMMIT')
  } catch (error) {
    throw new AppError(
      'local_part_failed',
      `LiteLLM's database migration ${name} failed. Run npm run reset to start afresh.`,
      {
        internal: error instanceof Error ? `${name}: ${error.message}` : name,
        cause: error,
      },
    )
  }
}
