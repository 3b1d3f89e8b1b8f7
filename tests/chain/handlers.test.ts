import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { READING_TAG } from '#lib/settlement/reading-message.ts'
import { type Billing, openBilling } from '#tests/support/billing.ts'
import {
  attempt,
  type Deployed,
  deployTestContract,
  query,
  startEmulator,
  stopEmulator,
} from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
let forgetful: Deployed
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
  // A handler acts for the account's own contracts only, so one that errs must be among them.
  forgetful = await deployTestContract(billing, 'ForgetfulHandler', billing.admin)
})
afterAll(() => stopEmulator())

describe('every handler, whoever writes it,', () => {
  /** Hands a handler a fact; it was at a number, and goes to another. */
  async function handIn(numbers: { last: number; next: number; acts: boolean; fact: number }): Promise<string | null> {
    const { publicKey, sign } = billing.oracle
    const tag = bytesToHex(utf8ToBytes(READING_TAG)).padEnd(64, '0')
    const signature = sign(tag + bytesToHex(utf8ToBytes('a fact')))
    const [r, s] = [BigInt(`0x${signature.slice(0, 64)}`), BigInt(`0x${signature.slice(64)}`)]
    const { last, next, acts, fact } = numbers
    const args = [`${last}`, `${next}`, acts, `${fact}`, publicKey, `${r}`, `${s}`]
    return attempt(forgetful, readTestCadence('use_forgetful_handler'), args, billing.admin)
  }

  test('acts on a number above the last and remembers it, or does not act and stays', async () => {
    expect(await handIn({ last: 0, next: 1, acts: true, fact: 1 })).toBeNull()
    expect(await handIn({ last: 4, next: 4, acts: false, fact: 4 })).toBeNull()
  })

  test.each([
    ['can not forget what it processed', { last: 0, next: 0, acts: true, fact: 1 }, /It would not be remembered/],
    ['can not remember another number', { last: 0, next: 9, acts: true, fact: 1 }, /It would not be remembered/],
    ['can not process a number again', { last: 3, next: 3, acts: true, fact: 3 }, /It was processed before/],
    [
      'can not move on without acting',
      { last: 0, next: 1, acts: false, fact: 1 },
      /Cannot skip the trigger! It would count as processed/,
    ],
  ])('%s', async (_, numbers, reason) => {
    expect(await handIn(numbers)).toMatch(reason)
  })
})

test.each([
  ['without an id', '', 1, /Its id is empty or longer than 64 bytes/],
  ['with an id of 65 bytes', 'x'.repeat(65), 1, /Its id is empty or longer than 64 bytes/],
  ['for no trigger', 'mine', 0, /Give the 1 to 8 types of triggers that it takes/],
  ['for 9 types of triggers', 'mine', 9, /Give the 1 to 8 types of triggers that it takes/],
])('a handler can not be registered %s', async (_, handlerId, types, reason) => {
  const code = readTestCadence('register_handler_as')
  expect(await attempt(billing, code, [handlerId, String(types)], billing.admin)).toMatch(reason)
})

test('each kind of proof tells which it is', async () => {
  expect(await query<string[]>(billing, readTestCadence('proof_kinds'), [])).toEqual([
    'oracle_signature',
    'flare_attestation',
  ])
})
