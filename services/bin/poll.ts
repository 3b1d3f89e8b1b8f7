// npm run poll -- [2026-11-01]: reads LiteLLM's books of all keys now, from that day on if one is given.
import { AppError } from '#lib/errors/app-error.ts'
import { commandEnvironment } from '#services/local/command-environment.ts'
import { pollSpendLogs, rereadFrom } from '#services/metering/index.ts'
import { type Container, openContainer } from '#services/platform/container.ts'

const [day] = process.argv.slice(2)
let container: Container | null = null
try {
  container = await openContainer(commandEnvironment(), { name: 'poll' })
  const ctx = container.contextFor({ kind: 'system', job: 'poll' })
  if (day !== undefined) await rereadFrom(ctx, day)
  const { keys, found, stored, failed } = await pollSpendLogs(ctx)
  console.log(`${keys} keys read, ${found} rows found, ${stored} of them new; ${failed} keys could not be read.`)
  if (failed > 0) process.exitCode = 1
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(error.publicMessage)
  process.exitCode = 1
} finally {
  await container?.close()
}
