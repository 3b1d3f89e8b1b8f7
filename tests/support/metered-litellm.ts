import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { createLitellmClient, type LitellmClient } from '#services/clients/litellm/index.ts'
import { cacheFolder, openHome } from '#services/local/home.ts'
import { type LocalModel, setupLitellm, startLitellm } from '#services/local/litellm/index.ts'
import { anyFreePort } from '#services/local/ports.ts'
import { createSupervisor } from '#services/local/supervisor.ts'
import { usePostgres } from './stack.ts'

/** A LiteLLM proxy of a test file's own, which sends its usage where the test says, and can be killed. */
export interface MeteredLitellm {
  readonly url: string
  readonly masterKey: string
  readonly client: LitellmClient
  readonly databaseUrl: string
  readonly spoolDir: string
  readonly logFile: string
  /** Ends the proxy with SIGKILL. */
  kill(): Promise<void>
  /** Starts it again after a kill, on the same database, spool and port. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** A model that only test proxies offer. */
export const failingModel = 'always-500'
const models: readonly LocalModel[] = [
  {
    name: failingModel,
    served: 'openai/gpt-4o',
    answer: 'litellm.InternalServerError',
    inputCost: 1e-6,
    outputCost: 1e-6,
  },
]

/** Takes 10 to 50 s. `more` are models beside those that every proxy has; `options` go to its configuration. */
export async function startMeteredLitellm(
  webhook: { url: string; secret: string },
  more: readonly LocalModel[] = [],
  {
    holds = false,
    environment = {},
    ...options
  }: { stockCallback?: { url: string }; holds?: boolean; environment?: Readonly<Record<string, string>> } = {},
): Promise<MeteredLitellm> {
  const home = openHome(mkdtempSync(join(tmpdir(), 'flareflow-litellm-')))
  const supervisor = createSupervisor(home)
  const masterKey = `sk-${randomBytes(16).toString('hex')}`
  const settings = {
    supervisor,
    stage: 1,
    runtime: await setupLitellm({ cacheDir: cacheFolder() }),
    port: await anyFreePort(),
    databaseUrl: await ownDatabase(),
    masterKey,
    saltKey: `sk-${randomBytes(16).toString('hex')}`,
    webhookUrl: webhook.url,
    webhookSecret: webhook.secret,
    spoolDir: join(home.litellm, 'spool'),
    config: { ...options, models: [...models, ...more], cache: true },
    // Most tests' keys belong to vaults that no chain knows.
    environment: { FLAREFLOW_HOLDS: holds ? 'on' : 'off', ...environment },
  }
  let running = await startLitellm(settings)
  const client = createLitellmClient({ url: running.url, masterKey })
  return {
    url: running.url,
    masterKey,
    client,
    databaseUrl: settings.databaseUrl,
    spoolDir: settings.spoolDir,
    logFile: supervisor.logOf('litellm'),
    async kill() {
      process.kill(running.process.pid, 'SIGKILL')
      await running.process.ended
    },
    async restart() {
      running = await startLitellm(settings)
    },
    async close() {
      await supervisor.stop()
      rmSync(home.root, { recursive: true, force: true })
    },
  }
}

async function ownDatabase(): Promise<string> {
  const { url } = await usePostgres()
  const name = `litellm_${randomBytes(6).toString('hex')}`
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${name}`)
  } finally {
    await client.end()
  }
  return Object.assign(new URL(url), { pathname: `/${name}` }).toString()
}
