import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openHome } from '#services/local/home.ts'
import { anyFreePort } from '#services/local/ports.ts'
import { startPostgres } from '#services/local/postgres.ts'
import { createSupervisor } from '#services/local/supervisor.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the run's Postgres, to make databases in. */
    postgresUrl: string
  }
}

/** One real Postgres for the whole run; each test file makes its own database in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'flareflow-test-'))
  // Postgres refuses root: its own user must be able to pass.
  chmodSync(folder, 0o755)
  const home = openHome(folder)
  const supervisor = createSupervisor(home)
  const postgres = await startPostgres({
    supervisor,
    dataFolder: home.postgres,
    port: await anyFreePort(),
    password: 'a-local-test-password',
    databases: [],
    stage: 0,
  })
  project.provide('postgresUrl', postgres.urlOf('postgres'))
  return async () => {
    await supervisor.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
