import { createElement, type ReactElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { PendingReturnNotice } from '#components/subscriptions/pending-return.tsx'
import { VaultStrip } from '#components/subscriptions/vault-strip.tsx'
import { lapsingCredit } from '#components/subscriptions/withdraw-rules.ts'
import type { AppConfig, VaultReport, VaultView } from '#hooks/api-types.ts'
import { AppConfigContext } from '#hooks/app-config.ts'
import { flow, usd } from '#lib/money/units.ts'

const config = { rate: { usdPerFlow: '1.00000000', source: 'fixed', updatedAt: null } } as AppConfig
const shown = (element: ReactElement): string =>
  renderToStaticMarkup(createElement(AppConfigContext, { value: config }, element)).replaceAll(/<[^>]*>/g, '|')

const strip = (creditUsd: string): string => {
  const vault = { balance: '10.00000000', accrued: '0.00000000', uncovered: '0.00000000', creditUsd } as VaultReport
  const usage = { tokens: '0', requests: '0', priceUsd: '0.00000000' } as VaultView['usage']
  const settlement = { unsettledTokens: '0', lastReading: null }
  return shown(createElement(VaultStrip, { view: { vault, usage, settlement } as VaultView, settleIntervalMs: 60_000 }))
}

const notice = (amount: string | null, credit: bigint): string =>
  shown(
    createElement(PendingReturnNotice, {
      pending: { amount, actsAt: '2026-11-21T03:00:30.000Z' },
      left: flow(500_000_000n),
      credit: usd(credit),
      minimumDeposit: flow(10_000_000n),
      approvalsRequired: 0,
      busy: false,
      onCancel: () => {},
      onTake: () => {},
      onCredits: null,
    }),
  )

describe('a credit in USD', () => {
  test('is shown beside what is left', () => {
    expect(strip('1.25000000')).toMatch(/Credit\|+\$1\.25\|/)
  })

  test('is told with its amount before the vault is closed, as it lapses then', () => {
    expect(lapsingCredit(usd(125_000_001n))).toMatch(/\$1\.25000001.* lapses/)
    expect(notice(null, 125_000_001n)).toMatch(/\$1\.25000001.* lapses/)
  })

  test('stays with a vault that stays open', () => {
    expect(notice('1.00000000', 125_000_000n)).not.toMatch(/credit/i)
  })

  test('that is not there is not spoken of', () => {
    expect([strip('0.00000000'), notice(null, 0n), lapsingCredit(usd(0n)) ?? ''].join()).not.toMatch(/credit/i)
  })
})
