// npm run cost-table -- list | import | preview | publish | discard: what calls cost the operator, by version.
import { AppError } from '#lib/errors/app-error.ts'
import { commandEnvironment } from '#services/local/command-environment.ts'
import { commandOptions } from '#services/local/command-options.ts'
import { type Container, openContainer } from '#services/platform/container.ts'
import { costTableCommand } from '#services/rating/index.ts'

let container: Container | null = null
try {
  const { positionals, values } = commandOptions({
    allowPositionals: true,
    options: { from: { type: 'string' }, note: { type: 'string' }, hash: { type: 'string' } },
  })
  container = await openContainer(commandEnvironment(), { name: 'cost-table' })
  const ctx = container.contextFor({ kind: 'system', job: 'cost-table' })
  for await (const line of costTableCommand(ctx, { words: positionals, ...values })) console.log(line)
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(error.publicMessage)
  process.exitCode = 1
} finally {
  await container?.close()
}
