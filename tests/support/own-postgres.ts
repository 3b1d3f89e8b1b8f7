import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHome } from '#services/local/home.ts'
import { anyFreePort } from '#services/local/ports.ts'
import { type RunningPostgres, startPostgres } from '#services/local/postgres.ts'
import { createSupervisor } from '#services/local/supervisor.ts'
import { migrate } from '#services/platform/db/migrate.ts'

export const DATABASE = 'flareflow'

/** Where a Postgres of a test's own keeps its data and is reached, however often it is started. */
export interface PostgresPlace extends AsyncDisposable {
  readonly dataFolder: string
  readonly port: number
  start(flags?: readonly string[]): Promise<RunningPostgres>
}

export async function openPostgresPlace(password: string): Promise<PostgresPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'flareflow-postgres-'))
  const home = openHome(folder)
  const supervisor = createSupervisor(home)
  const at = { dataFolder: home.postgres, port: await anyFreePort() }
  return {
    ...at,
    start: (flags = []) => startPostgres({ ...at, supervisor, password, stage: 0, databases: [DATABASE], flags }),
    async [Symbol.asyncDispose]() {
      await supervisor.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A Postgres that a test has for itself, and that writes to disk what it commits. */
export interface OwnPostgres extends AsyncDisposable {
  readonly url: string
  /** Ends it as `pg_ctl stop -m immediate` does, which is a crash to it, and starts it again. */
  restart(): Promise<void>
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const place = await openPostgresPlace(randomBytes(16).toString('hex'))
  let running = await place.start()
  const url = running.urlOf(DATABASE)
  await migrate(url)
  return {
    url,
    async restart() {
      process.kill(running.process.pid, 'SIGQUIT')
      await running.process.ended
      running = await place.start()
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  }
}
