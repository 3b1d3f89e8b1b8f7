// npm start: runs everything locally that is not configured elsewhere, until Ctrl-C.
import { AppError } from '#lib/errors/app-error.ts'
import { commandOptions } from '#services/local/command-options.ts'
import { start } from '#services/local/start.ts'

try {
  const { values } = commandOptions({
    options: { dev: { type: 'boolean', default: false }, demo: { type: 'boolean', default: false } },
  })
  process.exit(await start(values))
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(error.publicMessage)
  process.exitCode = 1
}
