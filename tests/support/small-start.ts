// The real start with fewer parts, for tests of how it begins and ends: Postgres, and a server with a child of its own.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { choosePorts } from '#services/local/addresses.ts'
import { startPostgres } from '#services/local/postgres.ts'
import { localSecrets } from '#services/local/secrets.ts'
import type { StackOptions } from '#services/local/stack.ts'
import { start } from '#services/local/start.ts'
import { answers, waitUntilReady } from '#services/local/wait-for.ts'

const elsewhere = { database: false, litellm: true, chain: true }

async function startParts({ home, supervisor, progress, source }: StackOptions): Promise<{ url: string }> {
  rmSync(home.stackFile, { force: true })
  const ports = await choosePorts(source, elsewhere, progress)
  const { databasePassword: password } = localSecrets(home.secretsFile)
  const dataFolder = home.postgres
  const { urlOf } = await startPostgres({
    supervisor,
    dataFolder,
    port: ports.postgres,
    password,
    databases: ['kept'],
    stage: 1,
  })
  const server = supervisor.start({
    name: 'web',
    command: process.execPath,
    args: [join(import.meta.dirname, 'small-server.ts'), String(ports.web)],
    env: { ...process.env, DATABASE_URL: urlOf('kept') },
    stage: 3,
    ...(process.env['SMALL_SERVER'] === 'stubborn' ? { graceMs: 60_000 } : {}),
  })
  const url = `http://127.0.0.1:${ports.web}`
  const isReady = () => answers(url)
  await waitUntilReady({
    name: 'The web server',
    process: server,
    log: supervisor.logOf('web'),
    timeoutMs: 30_000,
    isReady,
  })
  return { url }
}

process.exit(await start({ dev: false, startParts }))
