import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { coverageReport } from './cadence-coverage.ts'
import { openTestStack } from './test-stack.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a test file asks for a part of the run's shared stack. */
    stackUrl: string
  }
}

/**
 * Opens the shared stack of a run: each of its parts starts when the first test asks for it. At the end it prints which
 * lines of the contracts the chain tests ran.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | void> {
  // Every level runs this; the first one opens the stack for all.
  if (project.vitest.getRootProject() !== project) return
  const coverage = mkdtempSync(join(tmpdir(), 'flareflow-coverage-'))
  process.env['CADENCE_COVERAGE'] = coverage
  const stack = await openTestStack()
  project.provide('stackUrl', stack.url)
  return async () => {
    process.stdout.write(coverageReport(coverage))
    rmSync(coverage, { recursive: true, force: true })
    await stack.close()
  }
}
