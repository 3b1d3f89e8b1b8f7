import { parseUsd } from '#lib/money/decimal.ts'
import { showPercent, showUsdExact } from '#lib/format/money.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import type { UsageView } from '#hooks/api-types.ts'
import { CostBar, sortByCost, Swatch } from './model-costs.tsx'
import { HEAD, NUMBER, WIDE } from '#components/ui/table.ts'

function shareOf(part: string, whole: string): string {
  const total = parseUsd(whole)
  return total === 0n ? '–' : showPercent(((parseUsd(part) * 1_000n + total / 2n) / total) * 10n)
}

/** Cost of the open period by model, to the last 1e-8: the rows add up to the total. */
export function ModelTable({ usage }: { usage: UsageView }) {
  const sorted = sortByCost(usage.models)
  return (
    <>
      <CostBar models={sorted} />
      <table className="mt-3 w-full text-left text-sm">
        <caption className="sr-only">Tokens and cost by model in the open period, most expensive first</caption>
        <thead>
          <tr className="border-b border-line">
            <th scope="col" className={HEAD}>
              Model
            </th>
            <th scope="col" className={`${HEAD} text-right`}>
              Tokens
            </th>
            <th scope="col" className={`${HEAD} hidden text-right sm:table-cell`}>
              Requests
            </th>
            <th scope="col" className={`${HEAD} hidden text-right sm:table-cell`}>
              Share
            </th>
            <th scope="col" className={`${HEAD} text-right`}>
              Cost, USD
            </th>
          </tr>
        </thead>
        <tbody>
          <tr className="h-10 border-b border-line font-medium">
            <th scope="row" className="py-2 not-first:pl-4 font-medium">
              Total
            </th>
            <td className={NUMBER}>{showTokensExact(BigInt(usage.tokens))}</td>
            <td className={`${NUMBER} ${WIDE}`}>{usage.requests}</td>
            <td className={`${NUMBER} ${WIDE}`}>100%</td>
            <td className={`${NUMBER}`} data-total-usd>
              {showUsdExact(parseUsd(usage.priceUsd))}
            </td>
          </tr>
          {sorted.map(({ model, tokens, requests, usd }, index) => (
            <tr key={model} data-model={model} className="h-10 border-b border-line">
              <th scope="row" className="max-w-40 py-2 not-first:pl-4 font-normal sm:max-w-none">
                <span className="flex items-center gap-2">
                  <Swatch index={index} />
                  <span className="truncate font-mono text-xs" title={model}>
                    {model}
                  </span>
                </span>
              </th>
              <td className={NUMBER}>{showTokensExact(BigInt(tokens))}</td>
              <td className={`${NUMBER} ${WIDE}`}>{requests}</td>
              <td className={`${NUMBER} ${WIDE}`}>{shareOf(usd, usage.priceUsd)}</td>
              <td className={`${NUMBER}`}>{showUsdExact(parseUsd(usd))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-2 text-xs text-text-2">
        At today’s tier. The tier of the period’s total prices every token of it, so costs can still move until the
        period ends.
      </p>
    </>
  )
}
