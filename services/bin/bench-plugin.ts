// npm run bench:plugin [-- 5000]: what the LiteLLM plug-in adds to a caller's request, measured inside the real proxy.
import { AppError } from '#lib/errors/app-error.ts'
import { benchPlugin, pluginTable } from '#services/local/bench/plugin/index.ts'

const calls = Number.parseInt(process.argv[2] ?? '2000', 10)
const onProgress = (doing: string): void => void process.stderr.write(`bench: ${doing}\n`)

try {
  process.stdout.write(pluginTable(await benchPlugin(calls, onProgress)))
} catch (error) {
  if (!(error instanceof AppError)) throw error
  process.stderr.write(`${error.publicMessage}\n${error.internal}\n`)
  process.exitCode = 1
}
