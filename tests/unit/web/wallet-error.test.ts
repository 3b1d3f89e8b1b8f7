import { expect, test } from 'vitest'
import { refusalOf } from '#hooks/transaction-result.ts'
import { isDeclined, isUnanswered } from '#hooks/wallet-error.ts'

test.each([
  'Declined: Externally Halted',
  'Declined: Aborted',
  'Declined: You declined in the wallet',
  new Error('Declined: User rejected the request'),
  new Error('Externally Halted'),
  'User rejected signature',
])('a person who said no is no fault: %s', (cause) => {
  expect([isDeclined(cause), isUnanswered(cause)]).toEqual([true, false])
})

test.each([
  new TypeError('Failed to fetch'),
  new Error('HTTP Request Error: An error occurred. statusCode=503'),
  'NetworkError when attempting to fetch resource.',
])('a node that gave no answer leaves the outcome unknown: %s', (cause) => {
  expect([isDeclined(cause), isUnanswered(cause)]).toEqual([false, true])
})

test('what the chain refused is neither', () => {
  const cause = new Error('[Error Code: 1101] error: panic: Cannot deposit! Add FLOW first.\n --> 12:3')
  expect([isDeclined(cause), isUnanswered(cause)]).toEqual([false, false])
  expect(refusalOf(cause.message)).toBe('Cannot deposit! Add FLOW first.')
  expect(refusalOf('\n  something else \n more')).toBe('something else')
})
