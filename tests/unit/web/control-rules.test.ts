import { describe, expect, test } from 'vitest'
import {
  addressFault,
  amountFault,
  capEffect,
  draftOf,
  endFault,
  type PolicyDraft,
  policyFaults,
  policyOf,
} from '#components/controls/control-rules.ts'
import { policyWords, proposalWords } from '#components/approvals/proposal-words.ts'
import type { Proposal } from '#hooks/api-types.ts'

const ANN = '0x00000000000000a1'
const BEN = '0x00000000000000b2'

test('an amount is above 0 and has at most 8 decimals', () => {
  expect(amountFault(' 12.5 ')).toBeUndefined()
  expect(amountFault('0')).toBe('Give an amount above 0.')
  for (const text of ['', 'ten', '-1', '1.123456789']) expect(amountFault(text)).toContain('not valid')
})

test('a cap loosens when it rises or goes, and tightens when it falls or comes', () => {
  const capped = { capUsd: '5.00000000' }
  expect([capEffect(capped, '6'), capEffect(capped, null)]).toEqual(['loosens', 'loosens'])
  expect([capEffect(capped, '4.99999999'), capEffect({ capUsd: null }, '5')]).toEqual(['tightens', 'tightens'])
  expect([capEffect(capped, '5.0'), capEffect({ capUsd: null }, null)]).toEqual(['nothing', 'nothing'])
})

describe('an end of the provider’s right', () => {
  const terms = { now: new Date('2026-11-21T12:00:00Z'), settleDelaySeconds: 3_600 }
  const fault = (at: string, expiresAt: string | null = null) => endFault({ expiresAt }, new Date(at), terms)

  test('leaves usage the time to settle, unless it is later than the one before', () => {
    expect(fault('2026-11-21T13:01:00Z')).toBeUndefined()
    expect(fault('2026-11-21T13:00:00Z')).toContain('Choose 13:00 UTC or later')
    expect(fault('2026-11-21T12:30:00Z', '2026-11-21T12:20:00Z')).toBeUndefined()
  })

  test('is a time that has not passed', () => {
    expect(fault('2026-11-21T11:59:00Z')).toContain('has passed')
    expect(fault('')).toBe('Give a date and a time.')
  })
})

test('a new owner is a Flow address, and another', () => {
  expect(addressFault(` ${BEN.toUpperCase().replace('0X', '0x')} `, ANN)).toBeUndefined()
  expect(addressFault(ANN, ANN)).toContain('already')
  expect(addressFault('0x12', ANN)).toContain('16 hex digits')
})

describe('a policy', () => {
  const draft: PolicyDraft = { approvers: `${ANN}\n${BEN}`, required: '2', threshold: '' }

  test('is read from what was typed, and back', () => {
    expect(policyFaults(draft)).toEqual({})
    expect(policyOf(draft)).toEqual({ approvers: [ANN, BEN], required: 2, threshold: null })
    expect(draftOf(policyOf({ ...draft, threshold: ' 0.5 ' }))).toEqual({ ...draft, threshold: '0.5' })
  })

  test('names each approver once, and asks for no more than there are', () => {
    expect(policyFaults({ ...draft, approvers: '' })).toHaveProperty('approvers', 'Name at least one approver.')
    expect(policyFaults({ ...draft, approvers: `${ANN} ${ANN}` }).approvers).toContain('named twice')
    expect(policyFaults({ ...draft, approvers: 'ann' }).approvers).toContain('no Flow address')
    expect(policyFaults({ ...draft, required: '3' })).toEqual({ required: 'Give a number from 1 to 2.' })
    expect(policyFaults({ ...draft, required: '0' })).toHaveProperty('required')
    const many = Array.from({ length: 17 }, (_, n) => `0x${(n + 1).toString(16).padStart(16, '0')}`).join('\n')
    expect(policyFaults({ ...draft, approvers: many }).approvers).toContain('At most 16')
  })

  test('may have a threshold of 0, but no odd one', () => {
    expect(policyFaults({ ...draft, threshold: '0' })).toEqual({})
    expect(policyFaults({ ...draft, threshold: 'some' })).toHaveProperty('threshold')
  })
})

test('what a proposal would do is said in a sentence', () => {
  const proposal: Proposal = {
    id: '1',
    kind: 'takeBack',
    amount: '2.00000000',
    to: null,
    policy: null,
    expiresAt: '2026-11-28T12:00:00.000Z',
    approvedBy: [],
  }
  expect(proposalWords(proposal)).toBe('Take 2.00000000 FLOW back')
  expect(proposalWords({ ...proposal, amount: null })).toBe('Close the vault and take all FLOW back')
  expect(proposalWords({ ...proposal, kind: 'transfer', to: BEN })).toBe('Give the vault to 0x0000…00b2')
  expect(proposalWords({ ...proposal, kind: 'policy' })).toContain('nobody has to agree')
  expect(policyWords({ approvers: [ANN, BEN], required: 2, threshold: '1.00000000' })).toContain(
    '1.00000000 FLOW a month',
  )
})
