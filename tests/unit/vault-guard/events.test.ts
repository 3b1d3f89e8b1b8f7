import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EVENTS } from '#services/vault-guard/read-changes.ts'

test.each([...EVENTS])('%s is an event of that contract and names the vault first', (event) => {
  const [contract, name] = event.split('.')
  const code = readFileSync(`cadence/contracts/${contract}.cdc`, 'utf8')
  expect(code).toMatch(new RegExp(String.raw`event ${name}\(\s*id: UInt64`))
})
