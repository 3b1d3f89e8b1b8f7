'use client'

import { parseUsdPerFlow } from '#lib/money/decimal.ts'
import { type Flow, flow, UNITS, type Usd, usd } from '#lib/money/units.ts'
import { flowToUsd } from '#lib/pricing/price-usage.ts'
import { showFlow, showFlowExact, showUsd, showUsdExact } from '#lib/format/money.ts'
import { useAppConfig } from '#hooks/app-config.ts'

const UNIT = flow(UNITS)
const CENT = UNITS / 100n

/** Rounded to cents the way its FLOW is: down for what is left, up for what is owed. Below $1 all digits count. */
function toCents(amount: Usd, kind: 'left' | 'owed'): Usd {
  if (amount < UNITS) return amount
  const cents = kind === 'left' ? amount / CENT : (amount + CENT - 1n) / CENT
  return usd(cents * CENT)
}

/** What an amount of FLOW is worth, smaller, beside it; its rate and where that comes from in the title. */
export function InUsd({ amount, kind }: { amount: Flow; kind: 'left' | 'owed' }) {
  const { rate } = useAppConfig()
  const usdPerFlow = parseUsdPerFlow(rate.usdPerFlow)
  const age = rate.source === 'fixed' ? 'fixed rate' : `${rate.source}, ${rate.updatedAt ?? 'time unknown'}`
  const title = `1 FLOW = ${showUsd(flowToUsd(UNIT, usdPerFlow))}, ${age}`
  return (
    <span className="whitespace-nowrap" title={title}>
      {showUsd(toCents(flowToUsd(amount, usdPerFlow), kind))}
    </span>
  )
}

/** FLOW in a tile: what is left rounds down, what is owed rounds up, all digits in the title. */
export function FlowAmount({ amount, kind }: { amount: Flow; kind: 'left' | 'owed' }) {
  return (
    <span className="whitespace-nowrap" title={showFlowExact(amount)}>
      {showFlow(amount, kind)}
    </span>
  )
}

/** USD of a total; all digits in the title. */
export function UsdAmount({ amount }: { amount: Usd }) {
  return <span title={showUsdExact(amount)}>{showUsd(amount)}</span>
}
