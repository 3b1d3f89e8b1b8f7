// npm run bench:gateway: what the gateway adds to a request, with and without it in the same run.
import { AppError } from '#lib/errors/app-error.ts'
import { benchGateway, gatewayTable } from '#services/local/bench/gateway/index.ts'

const onProgress = (doing: string): void => void process.stderr.write(`bench: ${doing}\n`)

try {
  process.stdout.write(gatewayTable(await benchGateway(onProgress)))
} catch (error) {
  if (!(error instanceof AppError)) throw error
  process.stderr.write(`${error.publicMessage}\n${error.internal}\n`)
  process.exitCode = 1
}
