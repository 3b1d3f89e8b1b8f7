import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_PRICE_LIST } from '#lib/credits/price-list.ts'
import { formatUsd } from '#lib/money/decimal.ts'

/** More than anybody asks for. */
const WIDE = { requestsPerMinute: 1_000_000_000, tokensPerMinute: 1_000_000_000_000, parallelRequests: 1_000_000 }

const each = <T, R>(all: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [name, change(value)]))

/** Writes the usual prices with limits that nobody reaches, for whoever asks for more than a customer may. */
export function writeWidePrices(folder: string): string {
  const { baseCosts, powers, tiers } = DEFAULT_PRICE_LIST
  const path = join(folder, 'wide-prices.json')
  const list = {
    baseCosts: baseCosts.map(({ usdPer1K, ...cost }) => ({ ...cost, usdPer1K: formatUsd(usdPer1K) })),
    powers: each(powers, ({ bps, ...power }) => ({ ...power, bps: Number(bps) })),
    tiers: each(tiers, ({ markupBps, ...terms }) => ({ ...terms, ...WIDE, markupBps: Number(markupBps) })),
  }
  writeFileSync(path, JSON.stringify(list))
  return path
}
