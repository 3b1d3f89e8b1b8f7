import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

const second = 1_000

/** A test that hangs ends by then. It says nothing of speed, which a machine that others use may lack. */
const patience = 240 * second

interface Level {
  readonly name: string
  readonly folders?: readonly string[]
  readonly testTimeout: number
  /** Levels with the same number run at once; a higher one waits. */
  readonly groupOrder: number
  /** Files that run at the same time. */
  readonly maxWorkers: number
  readonly retry?: number
}

const atOnce = 2

// Light levels first, and side by side. Each heavy one has the machine for itself.
const levels: readonly Level[] = [
  { name: 'unit', testTimeout: 30 * second, groupOrder: 0, maxWorkers: atOnce },
  { name: 'property', testTimeout: patience, groupOrder: 0, maxWorkers: atOnce },
  { name: 'architecture', testTimeout: 60 * second, groupOrder: 0, maxWorkers: atOnce },
  { name: 'integration', testTimeout: patience, groupOrder: 1, maxWorkers: atOnce },
  { name: 'http', testTimeout: patience, groupOrder: 2, maxWorkers: atOnce },
  { name: 'contract', testTimeout: patience, groupOrder: 3, maxWorkers: atOnce },
  {
    name: 'chain',
    folders: ['chain', 'chain-client'],
    testTimeout: patience,
    groupOrder: 4,
    maxWorkers: atOnce,
  },
  // A browser's timing is its own: what passes at the second try is listed as flaky, for somebody to look into.
  { name: 'e2e', testTimeout: 600 * second, groupOrder: 5, maxWorkers: 1, retry: 1 },
]

/** A long run tries more cases per test, so each test may take as much longer. */
const longFactor = process.env['TEST_LONG'] ? 50 : 1

const projectOf = ({ name, folders = [name], testTimeout, groupOrder, maxWorkers, retry = 0 }: Level) => ({
  extends: true as const,
  test: {
    name,
    include: folders.map((folder) => `tests/${folder}/**/*.test.ts`),
    testTimeout: testTimeout * longFactor,
    hookTimeout: Math.max(testTimeout, 300 * second),
    sequence: { groupOrder },
    setupFiles: name === 'unit' || name === 'architecture' ? [] : ['tests/support/away-from-midnight.ts'],
    maxWorkers,
    retry,
  },
})

export default defineConfig({
  test: {
    globalSetup: ['tests/support/global-setup.ts'],
    // What is polled for comes when a busy machine gets to it.
    expect: { poll: { timeout: 30 * second } },
    reporters: ['default', './tests/support/summary-reporter.ts'],
    projects: levels.filter(({ name }) => existsSync(`tests/${name}`)).map(projectOf),
  },
})
