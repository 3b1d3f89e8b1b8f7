// npm run bench:ingest [-- --large]: how many events a second are stored, beside plain COPY; --large asks five million.
import { AppError } from '#lib/errors/app-error.ts'
import { benchIngest, ingestTable } from '#services/local/bench/ingest/index.ts'
import { commandOptions } from '#services/local/command-options.ts'

const onProgress = (doing: string): void => void process.stderr.write(`bench: ${doing}\n`)

try {
  const { values } = commandOptions({ options: { large: { type: 'boolean', default: false } } })
  process.stdout.write(ingestTable(await benchIngest({ ...values, onProgress })))
} catch (error) {
  if (!(error instanceof AppError)) throw error
  process.stderr.write(`${[...new Set([error.publicMessage, error.internal])].join('\n')}\n`)
  process.exitCode = 1
}
