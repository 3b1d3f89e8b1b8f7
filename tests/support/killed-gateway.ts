import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { projectRoot } from '#services/local/home.ts'
import { ingestEvents } from '#services/metering/index.ts'
import { saveWatermark } from '#services/metering/polling/store.ts'
import type { HeardCall } from './bare-upstream.ts'
import type { GatewayWorld } from './gateway-world.ts'

export interface GatewayProcess {
  readonly url: string
  kill(): Promise<void>
}

/** Starts a gateway of its own on the world's database and upstream. */
export async function startGatewayProcess({ ctx, variables }: GatewayWorld): Promise<GatewayProcess> {
  const child: ChildProcess = spawn(process.execPath, ['tests/support/gateway-process.ts', ctx.deploymentId], {
    cwd: projectRoot,
    env: { NODE_ENV: 'test', PATH: process.env['PATH'] ?? '', ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  let said = ''
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      said += String(chunk)
      const found = /ready: (\d+)/.exec(said)?.[1]
      if (found) resolve(found)
    })
    void exit.then(() => reject(new Error('the gateway did not start')))
  })
  return {
    url: `http://127.0.0.1:${port}/api/v1/llm`,
    async kill() {
      child.kill('SIGKILL')
      await exit
    },
  }
}

const identityOf = ({ headers }: HeardCall): string =>
  /^v1\.\d+\.([0-9a-f]{32}\.[0-9a-f]{32})\./.exec(String(headers['x-flareflow-gateway']))?.[1] ?? ''

/** What the plug-in tells of calls that the upstream has answered, and that its books were read up to now. */
export async function tellOf(
  { ctx }: GatewayWorld,
  calls: readonly HeardCall[],
  keyHash: string,
  counts: { inputTokens: string; outputTokens: string },
): Promise<void> {
  const at = new Date().toISOString()
  const items = calls.map((call) => {
    const id = identityOf(call)
    const callId = String(call.headers['x-litellm-call-id'])
    return { raw: { id, callId, keyHash, startedAt: at, endedAt: at, model: 'priced', status: 'success', ...counts } }
  })
  for (let i = 0; i < items.length; i += 100)
    await ingestEvents(ctx, { road: 'plugin', items: items.slice(i, i + 100) })
  await saveWatermark(ctx.db, `spend-logs:${keyHash}`, new Date(Date.now() + 3_600_000))
}
