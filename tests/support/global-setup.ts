import type { TestProject } from 'vitest/node'
import { openTestStack } from './test-stack.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a test file asks for a part of the run's shared stack. */
    stackUrl: string
  }
}

/** Opens the shared stack of a run: each of its parts starts when the first test asks for it. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | void> {
  // Every level runs this; the first one opens the stack for all.
  if (project.vitest.getRootProject() !== project) return
  const stack = await openTestStack()
  project.provide('stackUrl', stack.url)
  return stack.close
}
