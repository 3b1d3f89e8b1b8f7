import { AppError } from '#lib/errors/app-error.ts'

/** An entry that must be there: a domain answers for each vault it is asked about. */
export function assertFound<T>(entry: T | undefined): T {
  if (entry !== undefined) return entry
  throw new AppError('internal', 'The subscription could not be read. Try again.', {
    internal: 'a domain left out a vault it was asked about',
  })
}
