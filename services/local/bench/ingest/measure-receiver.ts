import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createAdaptorServer } from '@hono/node-server'
import * as z from 'zod'
import { createIngestWriter } from '#services/metering/index.ts'
import { createOracleApp } from '#services/oracle/app.ts'
import type { BenchDatabase } from './bench-database.ts'
import type { Load, Measured } from './measure.ts'

const run = promisify(execFile)
const answer = z.object({ eventsPerSecond: z.number(), p50Ms: z.number(), p99Ms: z.number() })

/** The oracle's HTTP receiver in this process, with senders in another. */
export async function measureReceiver({ ctx, secret }: BenchDatabase, load: Load): Promise<Measured> {
  const app = createOracleApp({ ctx, ingest: createIngestWriter(ctx), workers: () => [] })
  const server = createAdaptorServer({ fetch: app.fetch })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
    const url = `http://127.0.0.1:${address.port}/webhook/usage`
    const sender = join(import.meta.dirname, 'send-load.ts')
    const { stdout } = await run(process.execPath, [sender, url, secret, JSON.stringify(load)])
    return { road: 'receiver', clients: load.clients, batch: load.batch, ...answer.parse(JSON.parse(stdout)) }
  } finally {
    server.close()
  }
}
