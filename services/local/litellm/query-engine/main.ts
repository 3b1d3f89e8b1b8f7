/**
 * Stand-in for Prisma's query-engine binary: the same command line, environment and HTTP protocol, with the same engine
 * compiled to WebAssembly behind it. Why, and what it leaves out: ../README.md.
 */
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { databaseUrlOf, readDataModel } from './data-model.ts'
import { openAdapter } from './pg-adapter.ts'
import { serve } from './serve.ts'
import { engineCommit, loadEngine } from './wasm-engine.ts'

const noTrace = '{}'
const parentLookMs = 1_000
const lastWordsMs = 300
const engineCrashed = 101
const override = z.tuple([z.looseObject({ url: z.string() })]).rest(z.unknown())

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', short: 'p', default: '4466' },
      version: { type: 'boolean', short: 'V' },
      'enable-metrics': { type: 'boolean' },
      'enable-raw-queries': { type: 'boolean' },
      'enable-playground': { type: 'boolean' },
    },
  })
  if (values.version) {
    process.stdout.write(`query-engine ${engineCommit}\n`)
    return
  }
  const schema = readFileSync(required('PRISMA_DML_PATH'), 'utf8')
  const { adapter, pool, takeError } = openAdapter(databaseUrl(schema))
  const engine = loadEngine(required('FLAREFLOW_ENGINE_PACKAGES'), schema, adapter)
  await engine.connect(noTrace)
  const crash = (): void => void setTimeout(() => process.exit(engineCrashed), lastWordsMs)
  const server = await serve({ engine, models: readDataModel(schema), takeError }, Number(values.port), crash)
  stopInOrder(server, () => pool.end())
}

/** OVERWRITE_DATASOURCES wins over the schema: that is how the client names another database. */
function databaseUrl(schema: string): string {
  const overwrite = process.env.OVERWRITE_DATASOURCES
  if (overwrite) return override.parse(JSON.parse(overwrite))[0].url
  const url = databaseUrlOf(schema, process.env)
  if (url === undefined) throw new Error('The schema names no database URL.')
  return url
}

function required(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`${name} is not set.`)
  return value
}

/** Ends on a signal, and when the proxy that started this program is gone, however it went. */
function stopInOrder(server: Server, closePool: () => Promise<void>): void {
  const parent = process.ppid
  let isStopping = false
  function stop(): void {
    if (isStopping) return
    isStopping = true
    server.close()
    setTimeout(() => process.exit(0), lastWordsMs).unref()
    closePool().finally(() => process.exit(0))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  setInterval(() => process.ppid === parent || stop(), parentLookMs).unref()
}

await main()
