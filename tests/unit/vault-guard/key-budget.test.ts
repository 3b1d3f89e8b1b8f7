import { expect, test } from 'vitest'
import { parseFlow } from '#lib/money/decimal.ts'
import { UNITS, usdPerFlow } from '#lib/money/units.ts'
import { wantedBudget } from '#services/vault-guard/key-budget.ts'
import { vaultReport } from '#tests/support/vault-reports.ts'

test('the budget of a key is never more than can be written down, and stays then', () => {
  const vault = vaultReport({ deposits: parseFlow('10000000000') })
  const most = wantedBudget(vault, null, usdPerFlow(UNITS))
  expect(most).toBe(2n ** 63n - 1n)
  expect(wantedBudget(vault, most, usdPerFlow(UNITS))).toBeNull()
})
