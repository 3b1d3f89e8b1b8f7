export { benchIngest } from './bench-ingest.ts'
export { ingestTable } from './ingest-table.ts'
