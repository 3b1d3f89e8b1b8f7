// npm run export -- --from DAY --to DAY [--account vault:7] [--format csv|ndjson] [--out FILE]: usage events.
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '#lib/errors/app-error.ts'
import { eventFile, exportQuery } from '#services/exports/index.ts'
import { commandEnvironment } from '#services/local/command-environment.ts'
import { commandOptions } from '#services/local/command-options.ts'
import { type Container, openContainer } from '#services/platform/container.ts'

const text = { type: 'string' } as const
let container: Container | null = null
try {
  const { out, ...given } = commandOptions({
    options: { from: text, to: text, account: text, vault: text, format: text, out: text },
  }).values
  const query = exportQuery.safeParse(given)
  if (!query.success) {
    const faults = query.error.issues.map(({ path, message }) => `--${path.join('.')} ${message}`)
    throw new AppError('invalid_request', `${faults.join('\n')}\nUsage: npm run export -- --from DAY --to DAY`)
  }
  container = await openContainer(commandEnvironment(), { name: 'export' })
  const ctx = container.contextFor({ kind: 'system', job: 'export' })
  const file = Readable.from(eventFile(ctx, query.data))
  await (out === undefined ? pipeline(file, process.stdout, { end: false }) : pipeline(file, createWriteStream(out)))
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(error.publicMessage)
  process.exitCode = 1
} finally {
  await container?.close()
}
