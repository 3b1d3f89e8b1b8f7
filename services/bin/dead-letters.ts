// npm run dead-letters -- list | show | fix | replay | discard: usage that could not be stored.
import { text } from 'node:stream/consumers'
import { AppError } from '#lib/errors/app-error.ts'
import { commandEnvironment } from '#services/local/command-environment.ts'
import { commandOptions } from '#services/local/command-options.ts'
import { deadLettersCommand } from '#services/metering/index.ts'
import { type Container, openContainer } from '#services/platform/container.ts'

const filter = ['state', 'reason', 'road', 'from', 'to', 'before', 'limit'] as const
let container: Container | null = null
try {
  const { positionals: words, values } = commandOptions({
    allowPositionals: true,
    options: {
      ...Object.fromEntries(filter.map((name) => [name, { type: 'string' as const }])),
      because: { type: 'string', default: '' },
      all: { type: 'boolean', default: false },
    },
  })
  const { because, all, ...options } = values
  const payload = words[0] === 'fix' ? await text(process.stdin) : ''
  container = await openContainer(commandEnvironment(), { name: 'dead-letters' })
  const ctx = container.contextFor({ kind: 'system', job: 'dead-letters' })
  const command = { words, options, all: all === true, because: String(because), payload }
  for await (const line of deadLettersCommand(ctx, command)) console.log(line)
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(error.publicMessage)
  process.exitCode = 1
} finally {
  await container?.close()
}
