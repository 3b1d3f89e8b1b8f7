import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from '#services/local/home.ts'
import { withoutTest } from '#tests/support/test-titles.ts'

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8')
const rows = read('cadence/RULES.md')
  .split('\n')
  .filter((line) => /^\| .* \|$/.test(line))
  .slice(1)
const namedIn = (row: string): string[] => [...row.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name)
const tests = globSync('tests/**/*.ts', { cwd: projectRoot }).filter(
  (file) => !file.endsWith('unit/chain/rules.test.ts'),
)

test('every rule of money names tests, and every test that one names exists', () => {
  expect(rows.length).toBeGreaterThan(30)
  expect(rows.filter((row) => namedIn(row).length === 0)).toEqual([])
  expect(withoutTest(rows.flatMap(namedIn), tests)).toEqual([])
})

test('a rule that names what no test is called is found, also where a test uses the words', () => {
  expect(withoutTest(['expires'], ['tests/chain/approvals.test.ts'])).toEqual([])
  const others = ['tests/chain/controls.test.ts', 'tests/chain/rate.test.ts']
  expect(others.map(read).join()).toContain('expires')
  expect(withoutTest(['expires'], others)).toEqual(['expires'])
})
