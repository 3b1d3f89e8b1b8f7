import { expect, test } from 'vitest'
import { readChainFailure } from '#services/clients/flow/chain-error.ts'

const cadence = (said: string, where = '\n  --> 3bbc.Vault:12:8\n   |\n12 |   panic(\n   |   ^^^^^') =>
  '[Error Code: 1101] error caused by: 1 error occurred:\n\t* transaction execute failed: [Error Code: 1101] cadence ' +
  `runtime error: Execution failed:\nerror: ${said}${where}\n`

test.each<[string, string, string]>([
  ['a panic', 'panic: Vault.withdraw: Cannot pay! It is empty.', 'Vault.withdraw: Cannot pay! It is empty.'],
  ['a condition', 'pre-condition failed: Cannot pay! error: x', 'Cannot pay! error: x'],
  ['an assertion', 'assertion failed: sums differ', 'sums differ'],
  ['a message over two lines', 'panic: one\ntwo', 'one\ntwo'],
  ['anything else', 'unexpectedly found nil', 'unexpectedly found nil'],
])('%s is reduced to what the contract said', (_case, said, message) => {
  expect(readChainFailure(cadence(said))).toEqual({ kind: 'contract', code: 1101, message })
})

test.each<[string, string, number | null]>([
  ['sequence_number', '[Error Code: 1007] invalid proposal key: sequence number 3 does not match 4', 1007],
  ['signature', '[Error Code: 1008] invalid envelope key', 1008],
  ['expired', 'transaction is expired', null],
  ['other', 'something new', null],
])('%s is told apart', (kind, text, code) => {
  expect(readChainFailure(text)).toMatchObject({ kind, code })
})
