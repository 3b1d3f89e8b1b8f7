// npm run reset: forgets the local chain, databases, accounts and secrets.
import { AppError } from '#lib/errors/app-error.ts'
import { reset } from '#services/local/reset.ts'

try {
  console.log(await reset())
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(error.publicMessage)
  process.exitCode = 1
}
