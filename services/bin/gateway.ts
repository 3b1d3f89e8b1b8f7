// npm run gateway: the OpenAI-compatible gateway alone, without the dashboard's pages.
import { AppError } from '#lib/errors/app-error.ts'
import { runGateway } from '#services/gateway-server/index.ts'
import { commandEnvironment } from '#services/local/command-environment.ts'

try {
  const gateway = await runGateway(commandEnvironment())
  let isStopping = false
  const stop = (): void => {
    if (!isStopping) void gateway.stop().then(() => process.exit(0))
    isStopping = true
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(error.publicMessage)
  process.exitCode = 1
}
