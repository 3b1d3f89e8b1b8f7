import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { projectRoot } from '#services/local/home.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(projectRoot, 'node_modules/.summary-'))
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    `export default { test: { reporters: ['default', '${reporter}'] } }\n`,
  )
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const reporter = join(projectRoot, 'tests/support/summary-reporter.ts')
const passing = "import { test } from 'vitest'\ntest('one', () => {})\ntest('two', () => {})\n"
const failing =
  "import { test } from 'vitest'\ntest('three', () => { throw new Error('no') })\ntest.skip('four', () => {})\n"
const broken = "import './is-not-there.mjs'\n"
const untidy = "import { test } from 'vitest'\ntest('five', () => void Promise.reject(new Error('unheard')))\n"

async function lastLineOf(files: Record<string, string>, env: Record<string, string> = {}): Promise<string> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.test.mjs`), text)
  const vitest = join(projectRoot, 'node_modules/vitest/vitest.mjs')
  const options = { cwd: folder, env: { ...process.env, FLAREFLOW_CHECK_FAILED: '', ...env } }
  const run = promisify(execFile)(process.execPath, [vitest, 'run', '--root', folder], options)
  const { stdout } = await run.catch((error: { stdout: string }) => error)
  return stdout.trimEnd().split('\n').at(-1) ?? ''
}

test.each([
  ['all passed', { passing }, '2 passed, 0 failed'],
  ['one failed, one skipped', { passing, failing }, '2 passed, 1 failed, 1 skipped'],
  ['a file that cannot be loaded', { passing, broken }, '2 passed, 1 failed'],
  ['an error outside of any test', { untidy }, '1 passed, 1 failed'],
  ['nothing to run', {}, '0 passed, 1 failed'],
])('the last line of a run counts: %s', async (_name, files, line) => {
  expect(await lastLineOf(files)).toBe(line)
})

test('a check that failed before the tests is a failure', async () => {
  expect(await lastLineOf({ passing }, { FLAREFLOW_CHECK_FAILED: '1' })).toBe('2 passed, 1 failed')
})
