import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from, to } from 'pg-copy-streams'
import type { BenchDatabase } from './bench-database.ts'

/** Rows a second that COPY brings into tables like the product's. */
export interface Copied {
  /** Events alone, into a table without any index: what the disk can take. */
  readonly bare: number
  /** Events and their identities, into tables with the product's indexes. */
  readonly indexed: number
}

const SLICE_BYTES = 65_536

/** Copies the very rows that ingest has stored, in COPY's own format. */
export async function measureCopy({ ctx }: BenchDatabase): Promise<Copied> {
  // A connection of its own: COPY has it for itself, where queries of the pool travel together.
  const client = new pg.Client(ctx.env.database.url)
  await client.connect()
  try {
    const events = await buffer(client.query(to('copy (select * from events) to stdout')))
    const identities = await buffer(client.query(to('copy event_identities to stdout')))
    const { rows } = await client.query<{ count: string }>('select count(*) from events')
    const count = Number(rows[0]?.count)
    await client.query('create table bare_events (like events)')
    await client.query('create table copied_events (like events including all)')
    await client.query('create table copied_identities (like event_identities including all)')
    const bareMs = await copyIn(client, 'bare_events', events)
    const indexedMs =
      (await copyIn(client, 'copied_events', events)) + (await copyIn(client, 'copied_identities', identities))
    await client.query('drop table bare_events, copied_events, copied_identities')
    return { bare: (count * 1_000) / bareMs, indexed: (count * 1_000) / indexedMs }
  } finally {
    await client.end()
  }
}

async function copyIn(client: pg.Client, table: string, rows: Buffer): Promise<number> {
  const slices = Array.from({ length: Math.ceil(rows.length / SLICE_BYTES) }, (_, i) =>
    rows.subarray(i * SLICE_BYTES, (i + 1) * SLICE_BYTES),
  )
  const began = performance.now()
  await pipeline(Readable.from(slices), client.query(from(`copy ${table} from stdin`)))
  return performance.now() - began
}
