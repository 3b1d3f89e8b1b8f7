// npm run bench:ingest [-- --large]: how many events a second are stored, beside plain COPY; --large asks five million.
import { parseArgs } from 'node:util'
import { AppError } from '#lib/errors/app-error.ts'
import { benchIngest, ingestTable } from '#services/local/bench/ingest/index.ts'

const { values } = parseArgs({ options: { large: { type: 'boolean', default: false } } })
const onProgress = (doing: string): void => void process.stderr.write(`bench: ${doing}\n`)

try {
  process.stdout.write(ingestTable(await benchIngest({ ...values, onProgress })))
} catch (error) {
  if (!(error instanceof AppError)) throw error
  process.stderr.write(`${error.publicMessage}\n${error.internal}\n`)
  process.exitCode = 1
}
