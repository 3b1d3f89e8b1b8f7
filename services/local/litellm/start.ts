import { mkdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { projectRoot } from '../home.ts'
import { graceMs } from '../part-names.ts'
import type { SupervisedProcess, Supervisor } from '../supervisor.ts'
import { answers, waitUntilReady } from '../wait-for.ts'
import { writeWhole } from '../write-file.ts'
import { type ConfigOptions, litellmConfig } from './config.ts'
import { migrateLitellm } from './migrate.ts'
import type { LitellmRuntime } from './runtime.ts'
import { sitePackages } from './site-packages.ts'

interface LitellmSettings {
  readonly supervisor: Supervisor
  readonly stage: number
  /** What `setupLitellm` gave. */
  readonly runtime: LitellmRuntime
  /** Must be free: the proxy is reached on loopback only. */
  readonly port: number
  readonly databaseUrl: string
  readonly masterKey: string
  /** Seals what LiteLLM keeps encrypted in its database; the same as before for the same database. */
  readonly saltKey: string
  /** Where the plug-in sends usage events. */
  readonly webhookUrl: string
  readonly webhookSecret: string
  /** Folder of the plug-in's spool; LiteLLM's configuration is written beside it. */
  readonly spoolDir: string
  readonly config?: ConfigOptions
  /** Further variables of the proxy's environment. */
  readonly environment?: Readonly<Record<string, string>>
  readonly onProgress?: (doing: string) => void
}

interface RunningLitellm {
  readonly process: SupervisedProcess
  readonly url: string
}

/** A cold start takes 20 to 50 s of the machine's time; several at once take longer. */
const startMs = 240_000
const host = '127.0.0.1'

/** Brings LiteLLM's database up to date and starts the proxy with the project's plug-in; resolves when it serves. */
export async function startLitellm(settings: LitellmSettings): Promise<RunningLitellm> {
  const { supervisor, runtime, port, onProgress = () => {} } = settings
  const site = await sitePackages(runtime)
  onProgress('bringing its database up to date')
  await migrateLitellm(settings.databaseUrl, join(site, 'litellm_proxy_extras/migrations'))
  const folder = dirname(settings.spoolDir)
  mkdirSync(settings.spoolDir, { recursive: true })
  const config = join(folder, 'config.yaml')
  writeWhole(config, litellmConfig(settings.config ?? {}))
  onProgress('starting the proxy')
  const process = supervisor.start({
    name: 'litellm',
    command: runtime.python,
    args: [
      join(runtime.bin, 'litellm'),
      '--config',
      config,
      '--host',
      host,
      '--port',
      String(port),
      '--num_workers',
      '1',
    ],
    cwd: folder,
    env: environment(settings),
    graceMs: graceMs.litellm,
    stage: settings.stage,
  })
  const url = `http://${host}:${port}`
  const isReady = () => answers(`${url}/health/readiness`)
  await waitUntilReady({ name: 'LiteLLM', process, log: supervisor.logOf('litellm'), timeoutMs: startMs, isReady })
  return { process, url }
}

const stockCallback = ({ config, webhookSecret }: LitellmSettings): Record<string, string> =>
  config?.stockCallback
    ? {
        GENERIC_LOGGER_ENDPOINT: config.stockCallback.url,
        GENERIC_LOGGER_HEADERS: `x-webhook-secret=${webhookSecret}`,
        DEFAULT_FLUSH_INTERVAL_SECONDS: '1',
      }
    : {}

/** Only what the proxy needs: the project's other secrets stay out of it, and so do the user's settings for LiteLLM. */
function environment(settings: LitellmSettings): NodeJS.ProcessEnv {
  const { runtime } = settings
  const inherited = ['HOME', 'USER', 'LANG', 'TMPDIR', 'SSL_CERT_FILE'].map((name) => [name, process.env[name]])
  return {
    ...Object.fromEntries(inherited.filter(([, value]) => value !== undefined)),
    NODE_ENV: 'production',
    PATH: [runtime.prismaStandIn, runtime.bin, process.env['PATH']].join(delimiter),
    // The plug-in is loaded from here.
    PYTHONPATH: [join(projectRoot, 'deploy/litellm'), settings.config?.meter?.folder].filter(Boolean).join(delimiter),
    PYTHONUNBUFFERED: '1',
    DATABASE_URL: settings.databaseUrl,
    LITELLM_MASTER_KEY: settings.masterKey,
    LITELLM_SALT_KEY: settings.saltKey,
    // The pinned price list: none is fetched. The migrations are already applied.
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    DISABLE_SCHEMA_UPDATE: 'true',
    // Where it fetched an address for a provider, whatever its server says is there would be sent on, films too.
    MAX_IMAGE_URL_DOWNLOAD_SIZE_MB: '0',
    PRISMA_QUERY_ENGINE_BINARY: runtime.queryEngine,
    FLAREFLOW_NODE: process.execPath,
    FLAREFLOW_QUERY_ENGINE: fileURLToPath(new URL('./query-engine/main.ts', import.meta.url)),
    FLAREFLOW_ENGINE_PACKAGES: runtime.packages,
    FLAREFLOW_METER_URL: settings.webhookUrl,
    FLAREFLOW_SPOOL_DIR: settings.spoolDir,
    LITELLM_WEBHOOK_SECRET: settings.webhookSecret,
    ...stockCallback(settings),
    ...settings.environment,
  }
}
