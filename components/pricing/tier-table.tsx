import { showMultiplier, showPercent, showUsdPer1K } from '#lib/format/money.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import { BPS, effectiveRate, type Multiplier, type Tier } from '#lib/pricing/schedule.ts'
import { usd } from '#lib/money/units.ts'
import { HEAD, NUMBER, WIDE } from '#components/ui/table.ts'

/** Tiers by tokens a month, with the price after the discount. */
export function TierTable({ tiers }: { tiers: readonly Tier[] }) {
  return (
    <table className="mt-3 w-full text-left text-sm">
      <caption className="sr-only">Tiers by tokens a month, in USD per 1,000 tokens</caption>
      <thead>
        <tr className="border-b border-line">
          <th scope="col" className={HEAD}>
            Tier
          </th>
          <th scope="col" className={`${HEAD} text-right`}>
            Tokens a month
          </th>
          <th scope="col" className={`${HEAD} hidden text-right sm:table-cell`}>
            $ per 1K
          </th>
          <th scope="col" className={`${HEAD} hidden text-right sm:table-cell`}>
            Discount
          </th>
          <th scope="col" className={`${HEAD} text-right`}>
            You pay, $ per 1K
          </th>
        </tr>
      </thead>
      <tbody>
        {tiers.map((tier, index) => (
          <tr key={tier.name} className="h-10 border-b border-line">
            <th scope="row" className="py-2 not-first:pl-4 font-medium">
              {tier.name}
            </th>
            <td className={NUMBER}>
              {tier.upTo === null
                ? `above ${showTokensExact(tiers[index - 1]?.upTo ?? 0n)}`
                : `up to ${showTokensExact(tier.upTo)}`}
            </td>
            <td className={`${NUMBER} ${WIDE}`}>{showUsdPer1K(tier.usdPer1K)}</td>
            <td className={`${NUMBER} ${WIDE}`}>{showPercent(tier.discountBps)}</td>
            <td className={`${NUMBER}`}>{showUsdPer1K(usd(effectiveRate(tier) / BPS))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const nameOf = ({ all }: Multiplier): string => (all.length === 0 ? 'every other model' : all.join(' + '))

/** What a model's name multiplies its price by; only the first that matches counts. */
export function MultiplierTable({ multipliers }: { multipliers: readonly Multiplier[] }) {
  return (
    <details className="mt-3 text-sm">
      <summary className="text-text-2">Multipliers by model ({multipliers.length}), the first that matches</summary>
      <table className="mt-2 w-full text-left text-sm">
        <caption className="sr-only">What a model’s name multiplies its price by</caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">The model’s name contains</th>
            <th scope="col">Multiplier</th>
          </tr>
        </thead>
        <tbody>
          {multipliers.map((multiplier) => (
            <tr key={nameOf(multiplier)} className="border-b border-line">
              <th scope="row" className="py-1.5 font-mono text-xs font-normal">
                {nameOf(multiplier)}
              </th>
              <td className="py-1.5 text-right">× {showMultiplier(multiplier.bps)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
