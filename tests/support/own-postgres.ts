import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHome } from '#services/local/home.ts'
import { anyFreePort } from '#services/local/ports.ts'
import { startPostgres } from '#services/local/postgres.ts'
import { createSupervisor } from '#services/local/supervisor.ts'
import { migrate } from '#services/platform/db/migrate.ts'

/** A Postgres that a test has for itself, and that writes to disk what it commits. */
export interface OwnPostgres extends AsyncDisposable {
  readonly url: string
  /** Ends it as `pg_ctl stop -m immediate` does, which is a crash to it, and starts it again. */
  restart(): Promise<void>
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'flareflow-postgres-'))
  const home = openHome(folder)
  const supervisor = createSupervisor(home)
  const password = randomBytes(16).toString('hex')
  const at = { supervisor, dataFolder: home.postgres, port: await anyFreePort(), password, stage: 0 }
  const start = () => startPostgres({ ...at, databases: ['flareflow'] })
  let running = await start()
  const url = running.urlOf('flareflow')
  await migrate(url)
  return {
    url,
    async restart() {
      process.kill(running.process.pid, 'SIGQUIT')
      await running.process.ended
      running = await start()
    },
    async [Symbol.asyncDispose]() {
      await supervisor.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
