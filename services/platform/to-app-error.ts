import { AppError } from '#lib/errors/app-error.ts'
import { isDatabaseAway } from './db/sql-state.ts'

/** Whatever was thrown as what its caller may know. What is no AppError stays inside. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const internal =
    thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : 'something that is no error was thrown'
  const options = { internal, cause: thrown }
  return isDatabaseAway(thrown)
    ? new AppError('database_unavailable', 'Our database does not answer right now. Try again in a moment.', options)
    : new AppError('internal', 'Something failed on our side. Try again; if it stays, quote the request id.', options)
}
