import { globSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Reporter, SerializedError, TestCase, TestModule, TestRunEndReason } from 'vitest/node'
import { projectRoot } from '#services/local/home.ts'
import { coverageFaults } from './cadence-coverage.ts'

/**
 * Ends the run with the time that each level took, what passed at its second try only, what failed and why, and one
 * plain line: "12 passed, 0 failed", and ", 1 skipped" when tests were skipped. After a run of all chain tests, lines
 * of the contracts that are neither covered nor explained count as one failure.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const faults = ranAllChainTests(modules) ? coverageFaults(process.env['CADENCE_COVERAGE'] ?? '') : []
    if (faults.length > 0) process.exitCode = 1
    for (const fault of faults) process.stdout.write(`FAIL Cadence coverage: ${fault}\n`)
    const failures = failuresOf(modules)
    const failed = failures.length + unhandledErrors.length + Math.min(faults.length, 1)
    const lines = [...timesOf(modules), ...flakyOf(modules), ...failures, summaryOf(modules, failed, reason)]
    // At the very end, behind the default reporter's own summary; a write to the descriptor can't be cut off.
    process.on('exit', () => writeSync(1, `${lines.join('\n')}\n`))
  }
}

/** How long the files of each level took, one after the other. */
function timesOf(modules: readonly TestModule[]): string[] {
  const levels = new Map<string, number[]>()
  for (const file of modules) {
    const { name } = file.project
    const { duration, collectDuration, setupDuration } = file.diagnostic()
    levels.set(name, [...(levels.get(name) ?? []), duration + collectDuration + setupDuration])
  }
  return [...levels].map(([name, times]) => {
    const seconds = times.reduce((sum, time) => sum + time, 0) / 1_000
    return `${name}: ${times.length} files, ${seconds.toFixed(0)} s`
  })
}

/** A line for each test that failed, and for each file that could not be loaded, set up or cleared away. */
function failuresOf(modules: readonly TestModule[]): string[] {
  return modules.flatMap((file) => {
    const tests = [...file.children.allTests('failed')].map((each) => `${each.fullName}: ${whyOf(each)}`)
    const failed = tests.length > 0 ? tests : file.state() === 'failed' ? [`the file itself: ${reasonOf(file)}`] : []
    return failed.map((what) => `FAIL ${file.project.name} ${file.relativeModuleId}: ${what}`)
  })
}

/** A line for each test that failed first: something is wrong with it, or with what it tests. */
function flakyOf(modules: readonly TestModule[]): string[] {
  return modules.flatMap((file) =>
    [...file.children.allTests('passed')]
      .filter((each) => each.diagnostic()?.flaky)
      .map((each) => `FLAKY ${file.project.name} ${file.relativeModuleId}: ${each.fullName}: ${whyOf(each)}`),
  )
}

/** The first line of what a test failed with. */
const whyOf = (each: TestCase): string => firstLineOf(each.result().errors ?? [])

/** The same of a file: of what it could not be loaded for, or of a group of tests that could not be set up. */
const reasonOf = (file: TestModule): string =>
  firstLineOf([...file.errors(), ...[...file.children.allSuites()].flatMap((suite) => suite.errors())])

const firstLineOf = ([error]: readonly SerializedError[]): string =>
  (error?.message ?? '').split('\n')[0]?.slice(0, 300) ?? ''

/** Whether every file of chain tests ran and passed, whole: what fewer don't cover says nothing. */
function ranAllChainTests(modules: readonly TestModule[]): boolean {
  const files = globSync('tests/chain/**/*.test.ts', { cwd: projectRoot }).map((file) => join(projectRoot, file))
  const whole = modules.filter((each) => each.ok() && each.project.config.testNamePattern === undefined)
  const passed = new Set(whole.map(({ moduleId }) => moduleId))
  return files.every((file) => passed.has(file))
}

/** A failed check and an interrupted run are one failure each, beside those that were found. */
function summaryOf(modules: readonly TestModule[], found: number, reason: TestRunEndReason): string {
  const count = { passed: 0, failed: 0, skipped: 0, pending: 0 }
  for (const file of modules) for (const test of file.children.allTests()) count[test.result().state] += 1
  const isCheckFailed = Boolean(process.env['FLAREFLOW_CHECK_FAILED'])
  const isCutShort = reason === 'interrupted' || modules.length === 0
  const failed = [isCheckFailed, isCutShort].filter(Boolean).length + found
  const skipped = count.skipped + count.pending
  return `${count.passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
