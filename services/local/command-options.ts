import { parseArgs, type ParseArgsConfig } from 'node:util'
import { AppError } from '#lib/errors/app-error.ts'

/** A command's options and words. Throws `invalid_request`: call it where the command prints its errors. */
export function commandOptions<T extends ParseArgsConfig>(config: T) {
  try {
    return parseArgs(config)
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    // Node goes on with advice that fits no command of these.
    const [sentence] = cause.message.split(/\.?\n|\. /)
    throw new AppError('invalid_request', `${sentence}. Nothing was done.`, { cause })
  }
}
