// npm run reconcile [-- --from 2026-11-01 --to 2026-11-20 --key <SHA-256 of a key>]: compares our events with LiteLLM's
// own books, by key and UTC day (yesterday if none is given); ends with 1 if something is unexplained.
import { AppError } from '#lib/errors/app-error.ts'
import { commandEnvironment } from '#services/local/command-environment.ts'
import { commandOptions } from '#services/local/command-options.ts'
import { type Container, openContainer } from '#services/platform/container.ts'
import { reconcileCommand } from '#services/reconciliation/index.ts'

let container: Container | null = null
try {
  const { values } = commandOptions({
    options: { from: { type: 'string' }, to: { type: 'string' }, key: { type: 'string' } },
  })
  container = await openContainer(commandEnvironment(), { name: 'reconcile' })
  const { text, isClear } = await reconcileCommand(container.contextFor({ kind: 'system', job: 'reconcile' }), values)
  console.log(text)
  process.exitCode = isClear ? 0 : 1
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(error.publicMessage)
  process.exitCode = 1
} finally {
  await container?.close()
}
