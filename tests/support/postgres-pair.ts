import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import pg from 'pg'
import { expect } from 'vitest'
import { databaseUrl, type RunningPostgres } from '#services/local/postgres.ts'
import { migrate } from '#services/platform/db/migrate.ts'
import { DATABASE, openPostgresPlace } from './own-postgres.ts'
import { startRelay } from './relay.ts'

/** A Postgres, and a second one that follows it and may take its place, at one address. */
export interface PostgresPair extends AsyncDisposable {
  /** Leads to the one that serves. */
  readonly url: string
  /** The standby hears nothing any more, and no commit waits for it. */
  cutOff(): Promise<void>
  /** Kills the primary, and lets the standby take its place. */
  failOver(): Promise<void>
}

/** No commit is acknowledged before the standby has written it to its disk, too. */
export async function startPostgresPair(): Promise<PostgresPair> {
  const password = randomBytes(16).toString('hex')
  const [first, second] = [await openPostgresPlace(password), await openPostgresPlace(password)]
  const empty = await first.start()
  await migrate(empty.urlOf(DATABASE))
  process.kill(empty.process.pid, 'SIGINT')
  await empty.process.ended
  copyCluster(first.dataFolder, second.dataFolder)
  const primary = await first.start()
  const replication = await startRelay(first.port)
  const source = `host=127.0.0.1 port=${replication.port} user=flareflow password=${password}`
  const standby = await second.start(['-c', `primary_conninfo=${source} application_name=standby`])
  await waitForStandby(primary)
  const relay = await startRelay(first.port)
  return {
    url: databaseUrl({ port: relay.port, password, database: DATABASE }),
    async cutOff() {
      await run(primary, 'alter system reset synchronous_standby_names', 'select pg_reload_conf()')
      replication.close()
    },
    async failOver() {
      process.kill(primary.process.pid, 'SIGKILL')
      await primary.process.ended
      await run(standby, 'select pg_promote()')
      relay.leadTo(second.port)
    },
    async [Symbol.asyncDispose]() {
      relay.close()
      replication.close()
      await first[Symbol.asyncDispose]()
      await second[Symbol.asyncDispose]()
    },
  }
}

/** A cluster that was shut down, with its owner and rights, as one that will follow the first. */
function copyCluster(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to])
  execFileSync('cp', ['-a', `${to}/PG_VERSION`, `${to}/standby.signal`])
  writeFileSync(`${to}.complete`, '18\n')
}

async function waitForStandby(primary: RunningPostgres): Promise<void> {
  await run(primary, `alter system set synchronous_standby_names = 'standby'`, 'select pg_reload_conf()')
  const state = async () => run(primary, 'select sync_state from pg_stat_replication')
  await expect.poll(state, { timeout: 60_000 }).toEqual([{ sync_state: 'sync' }])
}

/** The rows of the last of these statements, each of which is a transaction of its own. */
async function run(postgres: RunningPostgres, ...statements: readonly string[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: postgres.urlOf('postgres') })
  await client.connect()
  try {
    let rows: unknown[] = []
    for (const statement of statements) ({ rows } = await client.query<Record<string, unknown>>(statement))
    return rows
  } finally {
    await client.end()
  }
}
