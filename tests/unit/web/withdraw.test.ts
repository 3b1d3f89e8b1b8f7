import { expect, test } from 'vitest'
import { comesBack, isDue, mayRequest, withdrawFault } from '#components/subscriptions/withdraw-rules.ts'
import { type ReturnAct, draftReturn } from '#hooks/return-flow.ts'
import type { AppConfig } from '#hooks/api-types.ts'
import { showDuration, showInstant } from '#lib/format/time.ts'
import { formatFlow, parseFlow } from '#lib/money/decimal.ts'

const LEFT = parseFlow('9.99874000')
const MINIMUM = parseFlow('0.10000000')
const AT = '2026-11-21T03:00:30.000Z'

test.each([
  ['9.89874', undefined],
  ['0.00000001', undefined],
  [' 1 ', undefined],
  ['9.99874001', 'Only 9.99874000 FLOW is left; the rest is owed. Give at most that.'],
  ['9.99874', 'An open vault keeps 0.10000000 FLOW. Give at most 9.89874000 FLOW, or close the subscription.'],
  ['9.89874001', 'An open vault keeps 0.10000000 FLOW. Give at most 9.89874000 FLOW, or close the subscription.'],
  ['0', 'Give an amount above 0.'],
  ['0.00000000', 'Give an amount above 0.'],
])('to take back %j of 9.99874 is answered with %j', (text, fault) => {
  expect(withdrawFault(text, LEFT, MINIMUM)).toBe(fault)
})

test('of a vault with no more than it keeps nothing but all can be taken back', () => {
  expect(withdrawFault('0.01', MINIMUM, MINIMUM)).toBe(
    'An open vault keeps 0.10000000 FLOW. Close the subscription to take all back.',
  )
})

test.each(['', '-1', '1e3', '1,5', '1.123456789', 'ten'])('%j is no amount', (text) => {
  expect(withdrawFault(text, LEFT, MINIMUM)).toMatch(/\.$/)
})

test.each([
  ['2026-11-21T03:00:29.999Z', false],
  ['2026-11-21T03:00:30.000Z', true],
] as const)('a request that acts at 03:00:30 is due at %s: %s', (now, due) => {
  expect(isDue({ amount: null, actsAt: AT }, new Date(now))).toBe(due)
})

test.each([
  ['5.00000000', '5.00000000'],
  ['9.89874000', '9.89874000'],
  ['9.89874001', null],
  ['184467440737.09551615', null],
  [null, '9.99874000'],
])('asked for %s, not more than leaves what an open vault keeps comes back, or all: %s', (amount, back) => {
  const found = comesBack({ amount, actsAt: AT }, LEFT, MINIMUM)
  expect(found && formatFlow(found)).toBe(back)
})

test.each([
  ['active', null, true],
  ['paused', null, true],
  ['active', { amount: '1.00000000', actsAt: AT }, false],
  ['closing', { amount: null, actsAt: AT }, false],
  ['closed', null, false],
] as const)('a vault that is %s with %o may be asked for FLOW: %s', (status, pendingReturn, may) => {
  expect(mayRequest({ status, pendingReturn })).toBe(may)
})

const config: Pick<AppConfig, 'addresses'> = {
  addresses: { UsageBasedSubscriptions: '0x01', VaultControls: '0x01', VaultDirectory: '0x01', FlowToken: '0x02' },
}
const drafted = (act: ReturnAct) => draftReturn(config, { vaultId: '7', name: 'prod-chat', owner: '0x03', act })
const ID = { type: 'UInt64', value: '7' }

test.each([
  [
    { kind: 'request', amount: '1.5' },
    'Request 1.5 FLOW back from prod-chat',
    { type: 'Optional', value: { type: 'UFix64', value: '1.5' } },
  ],
  [{ kind: 'request', amount: null }, 'Request to close prod-chat', { type: 'Optional', value: null }],
  [{ kind: 'cancel' }, 'Cancel the request of prod-chat', undefined],
  [{ kind: 'take' }, 'Take FLOW back from prod-chat', undefined],
] as const)('%o is the transaction "%s"', (act, title, amount) => {
  const draft = drafted(act)
  expect(draft).toMatchObject({ title, address: '0x03', args: amount ? [ID, amount] : [ID] })
  expect(draft.cadence).toContain('import UsageBasedSubscriptions from 0x01')
})

test.each([
  [0, '0 seconds'],
  [1, '1 second'],
  [60, '1 minute'],
  [61, '2 minutes'],
  [86_400, '24 hours'],
  [86_400 * 2, '2 days'],
])('%i s are %s', (seconds, words) => {
  expect(showDuration(seconds)).toBe(words)
})

test('an instant ahead is told by its date', () => {
  expect(showInstant(new Date(AT))).toBe('Nov 21, 03:00')
})
