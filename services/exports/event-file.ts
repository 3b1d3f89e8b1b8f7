import { type CsvColumn, csvHeader, csvRow } from '#lib/reports/csv.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { exportEvents } from './export-events.ts'
import { type ExportedEvent, exportedEvent } from './exported-event.ts'
import type { ExportQuery } from './schemas.ts'

const NUMBERS: readonly (keyof ExportedEvent)[] = [
  'version',
  'vault',
  'period',
  'ordinal',
  'inputTokens',
  'outputTokens',
  'cachedTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'billableTokens',
  'litellmCostUsd',
  'latencyMs',
]

/** A column for each field, in the order of the schema; the list of tags is JSON. */
const columns = (Object.keys(exportedEvent.shape) as (keyof ExportedEvent)[]).map((name): CsvColumn<ExportedEvent> => ({
  name,
  isNumber: NUMBERS.includes(name),
  value: (event) => {
    const value = event[name]
    return value === null ? null : Array.isArray(value) ? JSON.stringify(value) : String(value)
  },
}))

/** The exported events as the text of a file, some at a time: a JSON object a line, or CSV. */
export async function* eventFile(ctx: ServiceContext, query: ExportQuery): AsyncGenerator<string> {
  const isCsv = query.format === 'csv'
  const line = (event: ExportedEvent) => (isCsv ? csvRow(columns, event) : `${JSON.stringify(event)}\n`)
  let begin = isCsv ? csvHeader(columns) : ''
  for await (const batch of exportEvents(ctx, query)) {
    yield begin + batch.map(line).join('')
    begin = ''
  }
  yield begin
}
