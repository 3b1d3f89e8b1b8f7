import type { IngestBench } from './bench-ingest.ts'
import type { LargeResult } from './measure-large.ts'
import type { Measured } from './measure.ts'

const COLUMNS = ['road', 'clients', 'batch', 'events/s', 'p50 ms', 'p99 ms']

const rounded = (value: number): string => Math.round(value).toLocaleString('en-US')
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')
  return `${rows.map(line).join('\n')}\n`
}

const loadRow = ({ road, clients, batch, eventsPerSecond, p50Ms, p99Ms }: Measured): string[] => [
  road,
  String(clients),
  String(batch),
  rounded(eventsPerSecond),
  p50Ms.toFixed(1),
  p99Ms.toFixed(1),
]

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

function besideCopy(rounds: IngestBench['rounds']): string {
  const rows = rounds.map(({ ingest, copy: { bare, indexed } }, i) => [
    `round ${i + 1}`,
    rounded(ingest),
    rounded(indexed),
    rounded(bare),
    percent(ingest / indexed),
    percent(ingest / bare),
  ])
  const shares = (of: (round: IngestBench['rounds'][number]) => number): string => percent(median(rounds.map(of)))
  const conclusion =
    `Ingest, which checks, deduplicates, hashes, meters and rolls up, has ` +
    `${shares(({ ingest, copy }) => ingest / copy.indexed)} of the speed at which COPY brings the same rows into tables ` +
    `with the same indexes, and ${shares(({ ingest, copy }) => ingest / copy.bare)} of COPY into one without any.\n`
  return table([['events/s', 'ingest', 'COPY', 'COPY bare', 'of COPY', 'of bare'], ...rows]) + conclusion
}

function largeText({ events, insertSeconds, rebuildSeconds, hourlyRows, queries }: LargeResult): string {
  const rows = queries.map(({ name, p50Ms, p99Ms }) => [name, p50Ms.toFixed(1), p99Ms.toFixed(1)])
  return (
    `${rounded(events)} events: written in ${rounded(insertSeconds)} s, added up to ${rounded(hourlyRows)} hourly rows ` +
    `in ${rounded(rebuildSeconds)} s.\n${table([['query', 'p50 ms', 'p99 ms'], ...rows])}`
  )
}

/** The measurements as text. Every event that is counted was committed to disk before its batch was answered. */
export function ingestTable({ loads, rounds, large }: IngestBench): string {
  const parts = [table([COLUMNS, ...loads.map(loadRow)]), besideCopy(rounds), ...(large ? [largeText(large)] : [])]
  return parts.join('\n')
}
