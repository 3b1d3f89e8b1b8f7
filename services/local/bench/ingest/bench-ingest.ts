import { type BenchDatabase, openBenchDatabase } from './bench-database.ts'
import { type LargeResult, measureLarge } from './measure-large.ts'
import { type Copied, measureCopy } from './measure-copy.ts'
import { measureReceiver } from './measure-receiver.ts'
import { measureWriter } from './measure-writer.ts'
import { LOADS, type Measured } from './measure.ts'

export interface IngestBench {
  readonly loads: readonly Measured[]
  /** Each beside an ingest of the same rows, so that a busy machine slows both. */
  readonly rounds: readonly { readonly ingest: number; readonly copy: Copied }[]
  readonly large: LargeResult | null
}

export interface BenchOptions {
  /** Loads five million events and asks the rollups. */
  readonly large: boolean
  readonly onProgress: (doing: string) => void
}

const ROUNDS = 3
const ROUND = { clients: 8, batch: 100, events: 40_000 }

/** Measures ingest on an embedded Postgres that commits to disk, through HTTP and without, and beside plain COPY. */
export async function benchIngest({ large, onProgress }: BenchOptions): Promise<IngestBench> {
  onProgress('starting Postgres')
  await using database = await openBenchDatabase()
  await measureWriter(database, { clients: 4, batch: 100, events: 5_000 })
  const loads: Measured[] = []
  for (const load of LOADS) {
    for (const measure of [measureWriter, measureReceiver]) {
      onProgress(`${load.clients} clients, batches of ${load.batch}, ${measure.name}`)
      loads.push(await measure(database, load))
    }
  }
  const rounds = []
  for (let round = 1; round <= ROUNDS; round += 1) {
    onProgress(`beside COPY, round ${round} of ${ROUNDS}`)
    rounds.push(await measureRound(database))
  }
  return { loads, rounds, large: large ? await measureLarge(database, onProgress) : null }
}

async function measureRound(database: BenchDatabase): Promise<IngestBench['rounds'][number]> {
  await emptyBooks(database)
  const { eventsPerSecond } = await measureWriter(database, ROUND)
  return { ingest: eventsPerSecond, copy: await measureCopy(database) }
}

const emptyBooks = ({ pool }: BenchDatabase): Promise<unknown> =>
  pool.query('truncate events, event_identities, meters, meter_periods, usage_series, usage_hourly, usage_daily')
