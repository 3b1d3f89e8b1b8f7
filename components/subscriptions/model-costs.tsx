import { parseUsd } from '#lib/money/decimal.ts'
import { showUsd, showUsdExact } from '#lib/format/money.ts'
import { showTokens, showTokensExact } from '#lib/format/tokens.ts'
import type { ModelUsage } from '#hooks/api-types.ts'

const FILLS = ['fill-c1', 'fill-c2', 'fill-c3', 'fill-c4', 'fill-c5']
const OTHER = 'fill-cx'
const BAR_UNITS = 1000n
const GAP = 3n

const byCost = (a: ModelUsage, b: ModelUsage): number => {
  const difference = parseUsd(b.usd) - parseUsd(a.usd)
  return difference === 0n ? (a.model < b.model ? -1 : 1) : difference > 0n ? 1 : -1
}

export const sortByCost = (models: readonly ModelUsage[]): ModelUsage[] => [...models].sort(byCost)

const fillOf = (index: number): string => FILLS[index] ?? OTHER

interface Part {
  model: string
  x: bigint
  width: bigint
}

/** Where each model's part begins on a bar of `BAR_UNITS`, and how wide it is. */
function partsOf(models: readonly ModelUsage[]): Part[] {
  const total = models.reduce((sum, { usd }) => sum + parseUsd(usd), 0n)
  if (total === 0n) return []
  const until = (count: number): bigint =>
    (models.slice(0, count).reduce((sum, { usd }) => sum + parseUsd(usd), 0n) * BAR_UNITS) / total
  return models.map(({ model }, index) => ({ model, x: until(index), width: until(index + 1) - until(index) }))
}

/** Parts of a whole as one bar. The rows below carry the same facts, so it is hidden from screen readers. */
export function CostBar({ models }: { models: readonly ModelUsage[] }) {
  const parts = partsOf(models)
  if (parts.length === 0) return null
  return (
    <svg aria-hidden="true" viewBox={`0 0 ${BAR_UNITS} 8`} preserveAspectRatio="none" className="h-2 w-full">
      {parts.map(({ model, x, width }, index) => (
        <rect
          key={model}
          x={x.toString()}
          width={(index === parts.length - 1 || width <= GAP ? width : width - GAP).toString()}
          height="8"
          className={fillOf(index)}
        />
      ))}
    </svg>
  )
}

/** The colour of a model in the bar, by its rank. */
export function Swatch({ index }: { index: number }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 8 8" className="size-2 shrink-0 self-center">
      <rect width="8" height="8" rx="1.5" className={fillOf(index)} />
    </svg>
  )
}

/** Cost by model of the open period: the bar, then a row per model, most expensive first. */
export function ModelCosts({ models, most = Infinity }: { models: readonly ModelUsage[]; most?: number }) {
  const sorted = sortByCost(models)
  return (
    <div>
      <CostBar models={sorted} />
      <ul className="mt-2 space-y-1">
        {sorted.slice(0, most).map(({ model, tokens, requests, usd }, index) => (
          <li key={model} data-model={model} className="flex items-baseline gap-2 text-sm">
            <Swatch index={index} />
            <span className="min-w-0 truncate font-mono text-xs" title={model}>
              {model}
            </span>
            <span
              className="ml-auto text-xs whitespace-nowrap text-text-2"
              title={`${showTokensExact(BigInt(tokens))} tokens`}
            >
              {showTokens(BigInt(tokens))} tokens
              <span className="hidden sm:inline">
                {' '}
                · {requests} {requests === '1' ? 'request' : 'requests'}
              </span>
            </span>
            <span className="min-w-[8ch] text-right whitespace-nowrap" title={showUsdExact(parseUsd(usd))}>
              {showUsd(parseUsd(usd))}
            </span>
          </li>
        ))}
        {sorted.length > most ? <li className="text-xs text-text-2">and {sorted.length - most} more</li> : null}
      </ul>
    </div>
  )
}
