import { createIngestWriter } from '#services/metering/index.ts'
import type { BenchDatabase } from './bench-database.ts'
import { makeBatches } from './calls.ts'
import { type Load, type Measured, runClients } from './measure.ts'

/** The ingest writer in this process, without HTTP. */
export async function measureWriter({ ctx, keys, secret }: BenchDatabase, load: Load): Promise<Measured> {
  const ingest = createIngestWriter(ctx)
  const batches = makeBatches(secret, keys, load)
  const measured = await runClients(batches, load.clients, async (batch) => {
    const { stored } = await ingest({ road: 'plugin', items: batch.map((raw) => ({ raw })) })
    if (stored !== batch.length) throw new Error(`${stored} of ${batch.length} events were stored.`)
  })
  return { road: 'writer', clients: load.clients, batch: load.batch, ...measured }
}
