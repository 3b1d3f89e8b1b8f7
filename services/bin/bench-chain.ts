// npm run bench:chain -- what settling costs on the emulator, by vaults in a transaction
import { AppError } from '#lib/errors/app-error.ts'
import { benchChain, benchTable } from '#services/local/bench/index.ts'

const sizes = process.argv.slice(2).map((text) => Number.parseInt(text, 10))
const onProgress = (doing: string): void => void process.stderr.write(`bench: ${doing}\n`)

try {
  process.stdout.write(benchTable(await benchChain({ onProgress, ...(sizes.length > 0 ? { sizes } : {}) })))
} catch (error) {
  if (!(error instanceof AppError)) throw error
  process.stderr.write(`${error.publicMessage}\n${error.internal}\n`)
  process.exitCode = 1
}
