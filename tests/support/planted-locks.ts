import pg from 'pg'
import { createTestDatabase } from './stack.ts'

/** A new database in which advisory locks let everybody through: the bug that tests of turns must catch. */
export async function databaseWithoutTurns(): Promise<string> {
  const { url } = await createTestDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(
      'create function public.pg_advisory_xact_lock(bigint) returns void language sql as $$ select null::void $$',
    )
    const name = client.escapeIdentifier(new URL(url).pathname.slice(1))
    await client.query(`alter database ${name} set search_path = public, pg_catalog`)
  } finally {
    await client.end()
  }
  return url
}
