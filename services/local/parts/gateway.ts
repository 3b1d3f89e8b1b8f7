import { join } from 'node:path'
import { cacheFolder } from '../home.ts'
import { setupLitellm, startLitellm } from '../litellm/index.ts'
import { stages } from '../part-names.ts'
import type { RunningPostgres } from '../postgres.ts'
import type { StackContext, Variables } from './context.ts'

/** What the other parts need to know of a LiteLLM that runs here; known before it runs. */
export function gatewayVariables({ configured, ports, secrets }: StackContext): Variables {
  if (configured.litellm) return {}
  return {
    LITELLM_URL: `http://127.0.0.1:${ports.litellm}`,
    LITELLM_MASTER_KEY: secrets.litellmMasterKey,
    LITELLM_WEBHOOK_SECRET: secrets.webhookSecret,
  }
}

/** The LiteLLM proxy, set up while Postgres starts; nothing when the user has one. */
export async function startGateway(context: StackContext, embedded: Promise<RunningPostgres | null>): Promise<void> {
  const { configured, supervisor, home, ports, secrets, progress } = context
  if (configured.litellm) return
  const onProgress = (doing: string) => progress.doing('litellm', doing)
  const ready = progress.begin('litellm')
  const [runtime, postgres] = await Promise.all([setupLitellm({ cacheDir: cacheFolder(), onProgress }), embedded])
  if (postgres === null) throw new Error('A LiteLLM that runs here has its database on the embedded Postgres.')
  const { url } = await startLitellm({
    supervisor,
    runtime,
    stage: stages.litellm,
    port: ports.litellm,
    databaseUrl: postgres.urlOf('litellm'),
    masterKey: secrets.litellmMasterKey,
    saltKey: secrets.litellmSaltKey,
    webhookUrl: `http://127.0.0.1:${ports.oracle}/webhook/usage`,
    webhookSecret: secrets.webhookSecret,
    spoolDir: join(home.litellm, 'spool'),
    onProgress,
  })
  ready(`LiteLLM at ${url}`)
}
