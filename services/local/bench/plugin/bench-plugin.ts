import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import { cacheFolder, openHome } from '../../home.ts'
import { setupLitellm, startLitellm } from '../../litellm/index.ts'
import { anyFreePort } from '../../ports.ts'
import { startPostgres } from '../../postgres.ts'
import { createSupervisor } from '../../supervisor.ts'

export interface PluginFigures {
  readonly calls: number
  /**
   * Milliseconds, sorted: whole requests, the hook before the call and the one after it, and their processor time.
   * `waited` is the first hook with its wait for the hold.
   */
  readonly request: readonly number[]
  readonly before: readonly number[]
  readonly beforeCpu: readonly number[]
  readonly waited: readonly number[]
  readonly after: readonly number[]
  readonly afterCpu: readonly number[]
}

const WARM_UP = 100
const AT_ONCE = 4
const NS_PER_MS = 1e6
const TOLD_EVERY = 100
const LOOK_MS = 200
const list = z.array(z.number())
const timesSchema = z.object({ before: list, beforeCpu: list, beforeWaited: list, after: list, afterCpu: list })

/** Makes calls through a real proxy that has the plug-in, and asks the plug-in how long it took. */
export async function benchPlugin(calls: number, onProgress: (doing: string) => void): Promise<PluginFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'flareflow-bench-'))
  const supervisor = createSupervisor(openHome(folder))
  const timesFile = join(folder, 'times.json')
  const collector = await startCollector()
  try {
    onProgress('starting LiteLLM')
    const proxy = await startProxy(folder, supervisor, { collectorUrl: collector.url, timesFile })
    const secret = `sk-${randomBytes(16).toString('hex')}`
    await createLitellmClient(proxy).generateKey({ alias: 'bench', secret, metadata: {} })
    const ask = async (): Promise<number> => {
      const began = performance.now()
      await chat(proxy.url, secret)
      return performance.now() - began
    }
    onProgress('warming up')
    for (let i = 0; i < WARM_UP; i += 1) await ask()
    onProgress(`${calls} calls, ${AT_ONCE} at once`)
    const request: number[] = []
    const caller = async (): Promise<void> => {
      while (request.length < calls) request.push(await ask())
    }
    await Promise.all(Array.from({ length: AT_ONCE }, caller))
    const times = await readTimes(timesFile, WARM_UP + calls)
    const sorted = (ns: readonly number[]) =>
      ns
        .slice(WARM_UP)
        .map((each) => each / NS_PER_MS)
        .toSorted((a, b) => a - b)
    const requests = request.toSorted((a, b) => a - b)
    return {
      calls,
      request: requests,
      before: sorted(times.before),
      beforeCpu: sorted(times.beforeCpu),
      waited: sorted(times.beforeWaited),
      after: sorted(times.after),
      afterCpu: sorted(times.afterCpu),
    }
  } finally {
    await supervisor.stop()
    collector.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The plug-in tells its times every hundred calls, and LiteLLM calls it some time after the answer. */
async function readTimes(file: string, count: number): Promise<z.infer<typeof timesSchema>> {
  for (;;) {
    const times = existsSync(file) ? timesSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : null
    if (times && times.after.length > count - TOLD_EVERY) return times
    await sleep(LOOK_MS)
  }
}

async function startProxy(
  folder: string,
  supervisor: ReturnType<typeof createSupervisor>,
  { collectorUrl, timesFile }: { collectorUrl: string; timesFile: string },
): Promise<{ url: string; masterKey: string }> {
  const runtime = await setupLitellm({ cacheDir: cacheFolder() })
  const password = randomBytes(16).toString('hex')
  const dataFolder = join(folder, 'postgres')
  const at = { supervisor, dataFolder, port: await anyFreePort(), password, stage: 0 }
  const postgres = await startPostgres({ ...at, databases: ['litellm'] })
  const masterKey = `sk-${randomBytes(16).toString('hex')}`
  const { url } = await startLitellm({
    supervisor,
    stage: 1,
    runtime,
    port: await anyFreePort(),
    databaseUrl: postgres.urlOf('litellm'),
    masterKey,
    saltKey: `sk-${randomBytes(16).toString('hex')}`,
    webhookUrl: collectorUrl,
    webhookSecret: randomBytes(16).toString('hex'),
    spoolDir: join(folder, 'spool'),
    config: { meter: { module: 'timed_meter', folder: import.meta.dirname } },
    environment: { FLAREFLOW_BENCH_FILE: timesFile },
  })
  return { url, masterKey }
}

async function chat(url: string, secret: string): Promise<void> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', 'x-flareflow-feature': 'bench' },
    body: JSON.stringify({ model: 'gpt-4', messages: [{ role: 'user', content: 'Hello' }], user: 'bench' }),
  })
  if (!response.ok) throw new Error(`LiteLLM answered ${response.status}: ${await response.text()}`)
  await response.text()
}

/** Takes every event and grants every hold. */
async function startCollector(): Promise<{ url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const { events } = z.object({ events: z.array(z.unknown()).optional() }).parse(await json(request))
    response.writeHead(200, { 'content-type': 'application/json' })
    const stored = { stored: events?.length ?? 0, duplicates: 0, rejected: [] }
    response.end(JSON.stringify(events ? stored : { granted: true, heldUsd: '0.10000000' }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = address && typeof address === 'object' ? address.port : 0
  return { url: `http://127.0.0.1:${port}/webhook/usage`, close: () => server.close() }
}
