import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from './home.ts'

export interface TestRun {
  /** The same tests with larger numbers. */
  readonly long: boolean
  /** Passed on to vitest: file names, `--project chain`. With any, the check is left out. */
  readonly args: readonly string[]
}

/** Runs the check, then all levels of tests. The last line counts a failed check as one failure. */
export async function runTests({ long, args }: TestRun): Promise<number> {
  const check = [join(projectRoot, 'services/bin/check.ts'), '--no-tests']
  const checkCode = args.length > 0 ? 0 : await run(check, {})
  const vitest = join(projectRoot, 'node_modules/vitest/vitest.mjs')
  const testCode = await run([vitest, 'run', ...args], {
    ...(long ? { TEST_LONG: '1' } : {}),
    ...(checkCode === 0 ? {} : { FLAREFLOW_CHECK_FAILED: '1' }),
  })
  return checkCode === 0 ? testCode : 1
}

function run(args: readonly string[], variables: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, args, {
    stdio: 'inherit',
    cwd: projectRoot,
    env: { ...process.env, ...variables },
  })
  const release = passSignals(child)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => {
      release()
      resolve(code ?? 1)
    })
  })
}

/** A Ctrl-C reaches the child by itself; what is sent to this process alone is handed down. */
function passSignals(child: ChildProcess): () => void {
  const pass = (signal: NodeJS.Signals) => void child.kill(signal)
  const ignore = () => {}
  process.on('SIGTERM', pass).on('SIGHUP', pass).on('SIGINT', ignore)
  return () => process.off('SIGTERM', pass).off('SIGHUP', pass).off('SIGINT', ignore)
}
