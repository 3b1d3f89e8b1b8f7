// Type-checks every contract, transaction and script under cadence/. Ends non-zero on an error.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { AppError } from '#lib/errors/app-error.ts'
import { ensureCadenceCheck } from '#services/local/emulator/index.ts'
import { cacheFolder, projectRoot } from '#services/local/home.ts'

try {
  const checker = await ensureCadenceCheck({
    cacheDir: cacheFolder(),
    onProgress: (doing) => process.stderr.write(`check-cadence: ${doing}\n`),
  })
  const folders = process.argv.length > 2 ? process.argv.slice(2) : [join(projectRoot, 'cadence')]
  const { status, error } = spawnSync(checker, folders, { stdio: 'inherit' })
  if (error !== undefined) throw error
  process.exitCode = status ?? 1
} catch (error) {
  if (!(error instanceof AppError)) throw error
  process.stderr.write(`${error.publicMessage}\n`)
  process.exitCode = 2
}
