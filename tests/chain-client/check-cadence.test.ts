import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ensureCadenceCheck } from '#services/local/emulator/index.ts'
import { cacheFolder, projectRoot } from '#services/local/home.ts'

let checker: string
let folder: string

beforeAll(async () => {
  checker = await ensureCadenceCheck({ cacheDir: cacheFolder() })
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flareflow-cadence-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function check(files: Record<string, string>) {
  for (const [name, code] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), code)
  }
  return spawnSync(checker, [folder], { encoding: 'utf8' })
}

test("the project's own Cadence has no error", () => {
  const { status, stdout } = spawnSync(checker, [join(projectRoot, 'cadence')], { encoding: 'utf8' })
  expect(stdout).toMatch(/^\d+ Cadence files checked, 0 with errors\n$/)
  expect(status).toBe(0)
})

const coin = `access(all) contract Coin {
  access(all) entitlement Spend
  access(all) resource Purse { access(Spend) fun spend() {} }
  access(account) fun secret() {}
}`
const spend = (reference: string) => `import "Coin"
  transaction { prepare(signer: auth(BorrowValue) &Account) {
    signer.storage.borrow<${reference}>(from: /storage/purse)!.spend()
  } }`

test.each<[string, Record<string, string>, RegExp]>([
  ['an entitlement that is missing', { 'spend.cdc': spend('&Coin.Purse') }, /requires `Spend` authorization/],
  [
    'a contract that is not there',
    { 'get.cdc': 'import "Nothing"\naccess(all) fun main() {}' },
    /no contract "Nothing"/,
  ],
  ['a syntax error', { 'get.cdc': 'access(all) fun main( {}' }, /error: /],
  [
    'a type error in a contract',
    { 'Bad.cdc': 'access(all) contract Bad { let x: Int; init() { self.x = "" } }' },
    /error: /,
  ],
  [
    'a contract under another name',
    { 'Other.cdc': 'access(all) contract Else {}' },
    /does not declare the contract Other/,
  ],
  [
    'what only the account may call',
    { 'get.cdc': 'import "Coin"\naccess(all) fun main() { Coin.secret() }' },
    /error: cannot access `secret`/,
  ],
  [
    'a script-only function in a transaction',
    { 'take.cdc': 'transaction { execute { getAuthAccount<auth(Storage) &Account>(0x01) } }' },
    /cannot find variable in this scope: `getAuthAccount`/,
  ],
])('%s fails the check, with the place', (_case, files, error) => {
  const { status, stdout } = check({ 'Coin.cdc': coin, ...files })
  expect(stdout).toMatch(error)
  expect(stdout).toMatch(/2 Cadence files checked, 1 with errors\n$/)
  expect(status).toBe(1)
})

test('right code passes: own and core contracts, transactions, scripts', () => {
  const { status, stdout } = check({
    'Coin.cdc': coin,
    'spend.cdc': spend('auth(Coin.Spend) &Coin.Purse'),
    'get.cdc': `import "FlowToken"
      import "FungibleToken"
      import Crypto
      access(all) fun main(at: Address): UFix64 {
        return getAuthAccount<auth(BorrowValue) &Account>(at).storage
          .borrow<auth(FungibleToken.Withdraw) &FlowToken.Vault>(from: /storage/flowTokenVault)!.balance
      }`,
  })
  expect(stdout).toBe('3 Cadence files checked, 0 with errors\n')
  expect(status).toBe(0)
})

test('an empty folder is an error: nothing was checked', () => {
  expect(check({}).status).toBe(2)
})
