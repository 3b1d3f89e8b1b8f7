import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect } from 'vitest'
import { openHome } from '#services/local/home.ts'
import { anyFreePort } from '#services/local/ports.ts'
import { databaseUrl, type RunningPostgres, startPostgres } from '#services/local/postgres.ts'
import { createSupervisor } from '#services/local/supervisor.ts'
import { migrate } from '#services/platform/db/migrate.ts'
import { startRelay } from './relay.ts'

const database = 'flareflow'

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
  const folders = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'flareflow-postgres-')))
  const homes = folders.map(openHome)
  const [first, second] = homes
  if (!first || !second) throw new Error('Two folders have two homes.')
  const supervisors = homes.map((home) => createSupervisor(home))
  const password = randomBytes(16).toString('hex')
  const ports = [await anyFreePort(), await anyFreePort()] as const
  const start = (which: 0 | 1, flags: readonly string[] = []): Promise<RunningPostgres> => {
    const [home, supervisor] = [homes[which], supervisors[which]]
    if (!home || !supervisor) throw new Error('There are two.')
    const at = { supervisor, dataFolder: home.postgres, port: ports[which], password, stage: 0 }
    return startPostgres({ ...at, databases: [database], flags })
  }

  const empty = await start(0)
  await migrate(empty.urlOf(database))
  process.kill(empty.process.pid, 'SIGINT')
  await empty.process.ended
  copyCluster(first.postgres, second.postgres)
  const primary = await start(0)
  const replication = await startRelay(ports[0])
  const source = `host=127.0.0.1 port=${replication.port} user=flareflow password=${password}`
  const standby = await start(1, ['-c', `primary_conninfo=${source} application_name=standby`])
  await waitForStandby(primary)
  const relay = await startRelay(ports[0])
  return {
    url: databaseUrl({ port: relay.port, password, database }),
    async cutOff() {
      await run(primary, 'alter system reset synchronous_standby_names', 'select pg_reload_conf()')
      replication.close()
    },
    async failOver() {
      process.kill(primary.process.pid, 'SIGKILL')
      await primary.process.ended
      await run(standby, 'select pg_promote()')
      relay.leadTo(ports[1])
    },
    async [Symbol.asyncDispose]() {
      relay.close()
      replication.close()
      for (const supervisor of supervisors) await supervisor.stop()
      for (const folder of folders) rmSync(folder, { recursive: true, force: true })
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
