import { AppError } from '#lib/errors/app-error.ts'
import { runOracle } from '#services/oracle/run-oracle.ts'
import { processEnv } from '#services/platform/env.ts'
import type { SettlementStep } from '#services/settlement/index.ts'

/** Ends this process at a step of settlement as a power cut would: crash tests set it, nothing else may. */
function dieAt(step: SettlementStep): void {
  if (process.env.NODE_ENV === 'test' && process.env.FLAREFLOW_FAILPOINT === step) process.kill(process.pid, 'SIGKILL')
}

try {
  const oracle = await runOracle(processEnv(), dieAt)
  let stopping = false
  const stop = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    await oracle.stop()
    process.exit(0)
  }
  process.on('SIGTERM', () => void stop())
  process.on('SIGINT', () => void stop())
} catch (error) {
  console.error(error instanceof AppError ? error.publicMessage : error)
  process.exit(1)
}
