import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { cacheFolder, type Home } from '#services/local/home.ts'
import { setupLitellm, startLitellm } from '#services/local/litellm/index.ts'
import { anyFreePort } from '#services/local/ports.ts'
import type { Supervisor } from '#services/local/supervisor.ts'

/** The run's one LiteLLM proxy. Its usage goes nowhere and is not held for: tests of that start one of their own. */
export interface SharedLitellm {
  url: string
  masterKey: string
}

/** Starts the real proxy on a database of its own. */
export async function startSharedLitellm(
  home: Home,
  supervisor: Supervisor,
  databaseUrl: string,
): Promise<SharedLitellm> {
  const runtime = await setupLitellm({ cacheDir: cacheFolder(), onProgress: () => {} })
  const masterKey = `sk-${randomBytes(16).toString('hex')}`
  const { url } = await startLitellm({
    supervisor,
    runtime,
    stage: 1,
    port: await anyFreePort(),
    databaseUrl,
    masterKey,
    saltKey: `sk-${randomBytes(16).toString('hex')}`,
    webhookUrl: 'http://127.0.0.1:9/webhook/usage',
    webhookSecret: randomBytes(16).toString('hex'),
    spoolDir: join(home.litellm, 'spool'),
    environment: { FLAREFLOW_HOLDS: 'off' },
  })
  return { url, masterKey }
}
