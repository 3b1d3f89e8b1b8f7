import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { SettlementLine } from '#components/subscriptions/settlement-line.tsx'

const shown = (refusedForGood: boolean): string => {
  const at = '2026-11-20T10:00:00.000Z'
  const lastReading = {
    sequence: '3',
    status: 'failed' as const,
    refusedForGood,
    txId: null,
    usd: null,
    flow: null,
    at,
  }
  const settlement = { lastReading, unsettledTokens: '0' }
  return renderToStaticMarkup(createElement(SettlementLine, { settlement, network: 'emulator' }))
}

test('a reading that was refused for good is not said to be tried again', () => {
  expect(shown(true)).toContain('Refused for good, not billed')
  expect(shown(true)).not.toContain('tried again')
})

test('a reading that failed for now is said to be tried again', () => {
  expect(shown(false)).toContain('Failed, tried again')
})
