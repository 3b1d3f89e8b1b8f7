'use client'

import { parseUsdPerFlow } from '#lib/money/decimal.ts'
import { type Flow, flow, UNITS, type Usd } from '#lib/money/units.ts'
import { flowToUsd } from '#lib/pricing/price-usage.ts'
import { showFlow, showFlowExact, showUsd, showUsdExact } from '#lib/format/money.ts'
import { useAppConfig } from '#hooks/app-config.ts'

/** What an amount of FLOW is worth, smaller, beside it; its rate and where that comes from in the title. */
export function InUsd({ amount }: { amount: Flow }) {
  const { rate } = useAppConfig()
  const age = rate.source === 'fixed' ? 'fixed rate' : `${rate.source}, ${rate.updatedAt ?? 'time unknown'}`
  const title = `1 FLOW = ${showUsd(flowToUsd(UNIT, parseUsdPerFlow(rate.usdPerFlow)))}, ${age}`
  return <span title={title}>{showUsd(flowToUsd(amount, parseUsdPerFlow(rate.usdPerFlow)))}</span>
}

const UNIT = flow(UNITS)

/** FLOW in a tile: what is left rounds down, what is owed rounds up, all digits in the title. */
export function FlowAmount({ amount, kind }: { amount: Flow; kind: 'left' | 'owed' }) {
  return <span title={showFlowExact(amount)}>{showFlow(amount, kind)}</span>
}

/** USD of a total; all digits in the title. */
export function UsdAmount({ amount }: { amount: Usd }) {
  return <span title={showUsdExact(amount)}>{showUsd(amount)}</span>
}
