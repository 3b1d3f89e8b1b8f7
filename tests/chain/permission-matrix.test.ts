import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from '#services/local/home.ts'
import { cellsWithoutTest, withoutTest } from '#tests/support/test-titles.ts'

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8')
const matrix = read('cadence/PERMISSIONS.md')
const contracts = globSync('cadence/contracts/*.cdc', { cwd: projectRoot }).map(read)
const self = 'permission-matrix.test.ts'
const tests = globSync('tests/chain/**/*.test.ts', { cwd: projectRoot }).filter((file) => !file.endsWith(self))

/** The entitlements that a contract's own code declares. */
const entitlements = contracts.flatMap((code) =>
  [...code.matchAll(/^ {4}access\(all\) entitlement (\w+)/gm)].map(nameOf),
)

function nameOf(match: RegExpMatchArray): string {
  return match[1] ?? ''
}

/** Functions behind an entitlement: `Reclaim takeBack`. */
function entitledFunctions(code: string): string[] {
  const found = [...code.matchAll(/access\((?:\w+\.)?(\w+)\) fun (\w+)/g)]
  return found.filter((match) => entitlements.includes(nameOf(match))).map((match) => `${match[1]} ${match[2]}`)
}

test('every entitled function of the contracts has a row, under its entitlement', () => {
  const functions = contracts.flatMap(entitledFunctions)
  const rows = [...matrix.matchAll(/\| `\w+\.(\w+)` \| `(\w+)` \|/g)].map((match) => `${match[2]} ${match[1]}`)
  expect(functions.length).toBeGreaterThan(0)
  expect(rows.toSorted()).toEqual(functions.toSorted())
})

/** What a contract declares under an access of this kind: `drop`. */
const declared = (access: RegExp): string[] =>
  contracts.flatMap((code) =>
    [...code.matchAll(new RegExp(`access\\(${access.source}\\) fun (\\w+)`, 'g'))].map(nameOf),
  )

test('every function for the contracts alone is tried from outside', () => {
  const tried = read('tests/chain/entitlements.test.ts')
  const functions = declared(/(?:account|contract)/)
  expect(functions.length).toBeGreaterThan(40)
  expect(functions.filter((name) => !tried.includes(`.${name}(`))).toEqual([])
})

test('every public function that is no view is known to be for anyone', () => {
  const functions = declared(/all/)
  expect(functions.length).toBeGreaterThan(15)
  expect(functions.filter((name) => !new RegExp(`\`(\\w+\\.)?${name}\``).test(matrix))).toEqual([])
})

test('nothing that can change is public but by its own functions', () => {
  const fields = contracts.flatMap((code) => [...code.matchAll(/^\s+access\(all\) (?:let|var) (\w+): (.+)$/gm)])
  expect(fields.length).toBeGreaterThan(100)
  expect(fields.filter(([, , type]) => /\bauth\(|Capability/.test(type ?? '')).map(nameOf)).toEqual([])
})

test('every test that a row names exists', () => {
  const named = [...matrix.matchAll(/"([^"]+)"/g)].map(nameOf)
  expect(named.length).toBeGreaterThan(20)
  expect(withoutTest(named, tests)).toEqual([])
})

test('every row of both tables names its tests, but for two acts that are for anyone', () => {
  expect(cellsWithoutTest(matrix)).toEqual([
    '`UsageBasedSubscriptions.createSubscriptionVault`, nobody else: –',
    '`UsageBasedSubscriptions.deposit`, nobody else: –',
  ])
})

test.each([
  [
    'an owner',
    /^(\| owner \| `SubscriptionVault.takeBack` .*\|) "[^|]+" \|$/m,
    '`SubscriptionVault.takeBack`, nobody else: ',
  ],
  ['anyone', /^(\| anyone \| `VaultArchive.archive` .*\|) "[^|]+" \|$/m, '`VaultArchive.archive`, nobody else: '],
  [
    'the contracts',
    /^(\| contracts of the account \| `Funds`.*\|) "[^|]+" \|$/m,
    'every function that changes them, nobody else: ',
  ],
  ['no party', /^(\| be his own provider \| .*\|) "[^|]+" \|$/m, 'be his own provider, test: '],
])('a row of %s without its test is found', (_, row, found) => {
  const planted = matrix.replace(row, '$1 |')
  expect(planted).not.toBe(matrix)
  const before = cellsWithoutTest(matrix)
  const added = cellsWithoutTest(planted).filter((cell) => !before.includes(cell))
  expect(added).toEqual([expect.stringContaining(found)])
})
