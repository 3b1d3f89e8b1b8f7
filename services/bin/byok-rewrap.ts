// npm run byok:rewrap: wraps customers' provider keys under the first master key of BYOK_ENCRYPTION_KEY, while requests
// go on; ends with 1 if a key does not open.
import { AppError } from '#lib/errors/app-error.ts'
import { rewrapCommand } from '#services/byok/index.ts'
import { commandEnvironment } from '#services/local/command-environment.ts'
import { type Container, openContainer } from '#services/platform/container.ts'

let container: Container | null = null
try {
  container = await openContainer(commandEnvironment(), { name: 'byok-rewrap' })
  const { text, isClear } = await rewrapCommand(container.contextFor({ kind: 'system', job: 'byok-rewrap' }))
  console.log(text)
  process.exitCode = isClear ? 0 : 1
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(error.publicMessage)
  process.exitCode = 1
} finally {
  await container?.close()
}
