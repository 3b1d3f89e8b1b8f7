import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import { cacheFolder } from '../../home.ts'
import { setupLitellm, startLitellm } from '../../litellm/index.ts'
import { anyFreePort } from '../../ports.ts'
import { startBareModel } from './bare-model.ts'
import { type BenchWorld, openBenchWorld } from './bench-world.ts'
import { atRate, byCallers, call, type CallTimes, firstPiece, openStreams, quantile, type Target } from './measure.ts'

/** A line of the result: what was measured, at the half and at 99 of 100, in milliseconds. */
interface GatewayFigure {
  readonly what: string
  readonly count: number
  readonly p50: number
  readonly p99: number
}

export interface GatewayFigures {
  readonly figures: readonly GatewayFigure[]
  /** Bytes for each open stream. */
  readonly bytesPerStream: number
  readonly streams: number
}

const RATE = { perSecond: 500, seconds: 8, rounds: 3 }
const PAIRS = 200
const STREAMS = 1_000
const WARM_UP = 300

const figure = (what: string, values: readonly number[]): GatewayFigure => ({
  what,
  count: values.length,
  p50: quantile(values, 0.5),
  p99: quantile(values, 0.99),
})

const wholes = (times: readonly CallTimes[]): number[] => times.map(({ whole }) => whole)
const owns = (times: readonly CallTimes[]): number[] => times.flatMap(({ own }) => (own === null ? [] : [own]))

/** The same calls with the gateway between and without it, one after the other: what a pair differs by. */
async function paired(
  measure: (target: Target) => Promise<number>,
  [gateway, direct]: readonly [Target, Target],
): Promise<number[]> {
  const differences: number[] = []
  for (let i = 0; i < PAIRS; i += 1) {
    // Whoever goes second may find things warm.
    const [first, second] = i % 2 === 0 ? [gateway, direct] : [direct, gateway]
    const [a, b] = [await measure(first), await measure(second)]
    differences.push(i % 2 === 0 ? a - b : b - a)
  }
  return differences
}

const waited = async (target: Target): Promise<number> => (await call(target)).whole

/** Bytes of each open stream, in a process of its own: one that has worked keeps memory that streams then use. */
async function measureStreams(world: BenchWorld, litellm: { url: string; masterKey: string }): Promise<number> {
  const gateway = await world.gateway(litellm)
  const target: Target = { url: gateway.url, headers: gateway.headers, model: 'bench' }
  try {
    const closeFirst = await openStreams(target, WARM_UP)
    closeFirst()
    const before = await gateway.memory()
    const close = await openStreams(target, STREAMS)
    const bytes = (await gateway.memory()) - before
    close()
    return bytes / STREAMS
  } finally {
    gateway.close()
  }
}

async function onBareModel(world: BenchWorld, onProgress: (doing: string) => void): Promise<GatewayFigures> {
  const bare = await startBareModel()
  const litellm = { url: bare.url, masterKey: `sk-${randomBytes(16).toString('hex')}` }
  const gateway = await world.gateway(litellm)
  const json = { 'content-type': 'application/json', authorization: 'Bearer sk-bench' }
  const through: Target = { url: gateway.url, headers: gateway.headers, model: 'bench' }
  const direct: Target = { url: `${bare.url}/v1`, headers: json, model: 'bench' }
  try {
    onProgress('warming up')
    await byCallers(through, 16, WARM_UP * 4)
    await byCallers(direct, 16, WARM_UP)
    onProgress('one connection, on a model that answers at once')
    const one = await paired(waited, [through, direct])
    const pieces = await paired(firstPiece, [through, direct])
    const rates: { through: CallTimes[]; direct: CallTimes[] } = { through: [], direct: [] }
    for (let round = 0; round < RATE.rounds; round += 1) {
      onProgress(`${RATE.perSecond} requests a second, round ${round + 1} of ${RATE.rounds}`)
      rates.direct.push(...(await atRate(direct, RATE.perSecond, RATE.seconds)))
      rates.through.push(...(await atRate(through, RATE.perSecond, RATE.seconds)))
    }
    onProgress(`${STREAMS} open streams`)
    const bytesPerStream = await measureStreams(world, litellm)
    const at = `at ${RATE.perSecond} requests a second`
    return {
      figures: [
        figure('added to a request at one connection', one),
        figure('added to the first piece of a stream', pieces),
        figure(`a request without the gateway, ${at}`, wholes(rates.direct)),
        figure(`a request through the gateway, ${at}`, wholes(rates.through)),
        figure(`the gateway’s own time, ${at}`, owns(rates.through)),
      ],
      bytesPerStream,
      streams: STREAMS,
    }
  } finally {
    gateway.close()
    bare.close()
  }
}

async function onLitellm(world: BenchWorld, onProgress: (doing: string) => void): Promise<GatewayFigure[]> {
  onProgress('starting LiteLLM')
  const masterKey = `sk-${randomBytes(16).toString('hex')}`
  const { url } = await startLitellm({
    supervisor: world.supervisor,
    stage: 1,
    runtime: await setupLitellm({ cacheDir: cacheFolder() }),
    port: await anyFreePort(),
    databaseUrl: world.urlOf('litellm'),
    masterKey,
    saltKey: `sk-${randomBytes(16).toString('hex')}`,
    webhookUrl: 'http://127.0.0.1:9/webhook/usage',
    webhookSecret: 'a-webhook-secret-of-the-bench',
    spoolDir: join(world.folder, 'spool'),
    // Nobody is there to ask for one.
    environment: { FLAREFLOW_HOLDS: 'off' },
  })
  const secret = `sk-${randomBytes(16).toString('hex')}`
  await createLitellmClient({ url, masterKey }).generateKey({ alias: 'bench', secret, metadata: {} })
  const gateway = await world.gateway({ url, masterKey })
  const model = 'gpt-4o'
  const through: Target = { url: gateway.url, headers: gateway.headers, model }
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${secret}` }
  const direct: Target = { url: `${url}/v1`, headers, model }
  try {
    await byCallers(through, 4, 60)
    await byCallers(direct, 4, 60)
    onProgress('one connection, on LiteLLM')
    const one = await paired(waited, [through, direct])
    const figures = [figure('added to LiteLLM at one connection', one)]
    for (const callers of [16, 64]) {
      onProgress(`${callers} connections, on LiteLLM`)
      figures.push(
        figure(
          `the gateway’s own time, ${callers} connections to LiteLLM`,
          owns(await byCallers(through, callers, 400)),
        ),
      )
    }
    return figures
  } finally {
    gateway.close()
  }
}

/** Measures what the gateway adds, in the same run as what there is without it. */
export async function benchGateway(onProgress: (doing: string) => void): Promise<GatewayFigures> {
  const world = await openBenchWorld()
  try {
    const bare = await onBareModel(world, onProgress)
    return { ...bare, figures: [...bare.figures, ...(await onLitellm(world, onProgress))] }
  } finally {
    await world.close()
  }
}

export function gatewayTable({ figures, bytesPerStream, streams }: GatewayFigures): string {
  const width = Math.max(...figures.map(({ what }) => what.length))
  const lines = figures.map(
    ({ what, count, p50, p99 }) =>
      `${what.padEnd(width)}  p50 ${p50.toFixed(2).padStart(8)} ms   p99 ${p99.toFixed(2).padStart(8)} ms   of ${count}`,
  )
  return `${lines.join('\n')}\n${streams} open streams take ${(bytesPerStream / 1024).toFixed(0)} kB each\n`
}
