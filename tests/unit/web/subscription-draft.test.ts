import { describe, expect, test } from 'vitest'
import { draftFaults } from '#components/subscriptions/subscription-draft.ts'
import { parseFlow } from '#lib/money/decimal.ts'

const good = { serviceName: 'prod-chat', provider: '0x6daee039a7b9c2f0', deposit: '10.00' }
const limits = { minimumDeposit: parseFlow('1.0'), balance: parseFlow('3.2') }

describe('the order of a subscription', () => {
  test('a good one has no faults; an unknown balance is none', () => {
    expect(draftFaults({ ...good, deposit: '3.199' }, limits)).toEqual({})
    expect(draftFaults(good, { ...limits, balance: undefined })).toEqual({})
  })

  test('a name may take all the bytes that the contract takes', () => {
    expect(draftFaults({ ...good, serviceName: `${'語'.repeat(42)}ab`, deposit: '2' }, limits)).toEqual({})
    expect(draftFaults({ ...good, serviceName: 'é'.repeat(64), deposit: '2' }, limits)).toEqual({})
  })

  test('storage is kept back: the last 0.001 FLOW can’t be deposited', () => {
    expect(draftFaults({ ...good, deposit: '3.19900001' }, limits).deposit).toBe(
      'Your wallet has 3.20 FLOW; this needs 3.20 FLOW and about 0.001 for storage. Deposit up to 3.19 FLOW.',
    )
  })

  test.each([
    ['a deposit below the minimum', { deposit: '0.5' }, { deposit: 'A vault needs at least 1.00000000 FLOW.' }],
    ['no deposit', { deposit: '0' }, { deposit: 'Give an amount above 0.' }],
    ['no number', { deposit: '-1' }, { deposit: expect.stringContaining('not valid') }],
    ['no name', { serviceName: '  ' }, { serviceName: expect.stringContaining('Give the subscription a name') }],
    ['a name of 65', { serviceName: 'é'.repeat(65) }, { serviceName: 'A name has at most 64 characters.' }],
    [
      'a name of 129 bytes',
      { serviceName: `${'語'.repeat(42)}abc` },
      { serviceName: expect.stringContaining('128 bytes') },
    ],
    ['a short address', { provider: '0x1234' }, { provider: expect.stringContaining('0x and 16 hex digits') }],
  ])('%s is a fault of its own field', (_, change, faults) => {
    expect(draftFaults({ ...good, deposit: '2', ...change }, limits)).toEqual(faults)
  })
})
