import { expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import { periodOf } from '#lib/period/period.ts'
import { ingestEvents, priceUsages } from '#services/metering/index.ts'
import { getUsageReport, usageReportQuery } from '#services/reports/index.ts'
import { openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext } from '#tests/support/context.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'

const GROUPS = ['account', 'user', 'feature', 'organisation', 'model', 'key', 'conversation', 'agent', 'team']

test('what was ingested is in every report at once, at the price of the meter', async () => {
  const world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  await using opened = await createTestContext({ chain: world.chain, deploymentId })
  const { ctx } = opened
  const keyHash = await giveKey(ctx, 7n)
  const labels = { endUser: 'ann', organization: 'acme', team: 't', conversation: 'c', feature: 'f', agent: 'a' }
  const calls = [
    usageEvent(keyHash, { ...labels, model: 'gpt-4', inputTokens: '123457', litellmCostUsd: '3.7037' }),
    usageEvent(keyHash, { ...labels, model: 'claude-3-haiku', inputTokens: '7', litellmCostUsd: 'NaN' }),
    usageEvent(keyHash, { ...labels, status: 'failure', inputTokens: null, outputTokens: null }),
    usageEvent(keyHash, { ...labels, cacheHit: true }),
  ]
  const items = calls.map((raw) => ({ raw }))
  expect((await ingestEvents(ctx, { road: 'plugin', items })).stored).toBe(calls.length)
  await ingestEvents(ctx, { road: 'plugin', items })
  const bill = (await priceUsages(ctx, [7n], periodOf(new Date('2026-11-20')))).get(7n)?.priceUsd
  for (const by of GROUPS) {
    const query = usageReportQuery.parse({ from: '2026-11-01', to: '2026-12-01', by })
    const { totals, rows } = await getUsageReport(ctx, query)
    expect(rows.reduce((sum, { billedUsd }) => sum + parseUsd(billedUsd), 0n)).toBe(bill)
    expect(totals).toMatchObject({
      requests: '4',
      failures: '1',
      cacheHits: '1',
      tokens: { input: '123464', output: '100', billable: '123564' },
      costs: { litellmUsd: '3.703700000000', litellmUnknown: '1' },
    })
  }
})
