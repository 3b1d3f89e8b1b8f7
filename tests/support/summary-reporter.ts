import { writeSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule, TestRunEndReason } from 'vitest/node'

/** Ends the run with one plain line: "12 passed, 0 failed", and ", 1 skipped" when tests were skipped. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const line = summaryOf(modules, unhandledErrors.length, reason)
    // At the very end, behind the default reporter's own summary; a write to the descriptor can't be cut off.
    process.on('exit', () => writeSync(1, `${line}\n`))
  }
}

/** A file that can't be loaded, an error outside of any test, a failed check, an interrupted run: one failure each. */
function summaryOf(modules: readonly TestModule[], unhandled: number, reason: TestRunEndReason): string {
  const count = { passed: 0, failed: unhandled, skipped: 0, pending: 0 }
  for (const file of modules) {
    for (const test of file.children.allTests()) count[test.result().state] += 1
    const failedTests = [...file.children.allTests()].some((test) => test.result().state === 'failed')
    if (file.state() === 'failed' && !failedTests) count.failed += 1
  }
  if (process.env['FLAREFLOW_CHECK_FAILED']) count.failed += 1
  if (reason === 'interrupted' || modules.length === 0) count.failed += 1
  const skipped = count.skipped + count.pending
  return `${count.passed} passed, ${count.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
