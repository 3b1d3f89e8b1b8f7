'use client'

import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { InUsd } from '#components/ui/amount.client.tsx'
import { Button, iconButtonClass } from '#components/ui/button.tsx'
import { Figure, Figures } from '#components/ui/figure.tsx'
import { showFlow, showUsd, showUsdExact } from '#lib/format/money.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import { parseUsdPerFlow } from '#lib/money/decimal.ts'
import { priceUsage, usdToFlow } from '#lib/pricing/price-usage.ts'
import type { Schedule } from '#lib/pricing/schedule.ts'
import { useAppConfig } from '#hooks/app-config.ts'
import { type EstimateRow, parseTokens, usageOf } from './estimate.ts'

const START: EstimateRow[] = [
  { id: 1, model: 'gpt-4', tokens: '250,000' },
  { id: 2, model: 'claude-3-5-haiku', tokens: '0' },
]
const INPUT = 'h-10 min-w-0 rounded-md border border-line-strong bg-surface px-3 text-base sm:text-sm'
const MOST_ROWS = 8

/** What a month would cost, computed here by the same code that the console uses and the contract reproduces. */
export function Estimator({ schedule }: { schedule: Schedule }) {
  const { rate } = useAppConfig()
  const [rows, setRows] = useState(START)
  const price = priceUsage(schedule, usageOf(rows))
  const flow = usdToFlow(price.usd, parseUsdPerFlow(rate.usdPerFlow))
  const change = (id: number, part: Partial<EstimateRow>): void =>
    setRows(rows.map((row) => (row.id === id ? { ...row, ...part } : row)))
  const add = (): void =>
    setRows([...rows, { id: Math.max(0, ...rows.map(({ id }) => id)) + 1, model: '', tokens: '0' }])
  return (
    <div className="mt-3 space-y-3">
      {rows.map((row) => (
        <div key={row.id} className="flex items-center gap-2">
          <input
            aria-label="Model"
            className={`${INPUT} w-0 flex-1 font-mono`}
            placeholder="model name"
            spellCheck={false}
            value={row.model}
            onChange={(event) => change(row.id, { model: event.target.value })}
          />
          <input
            aria-label={`Tokens a month of ${row.model || 'this model'}`}
            className={`${INPUT} w-28 text-right sm:w-32`}
            inputMode="numeric"
            value={row.tokens}
            onChange={(event) => change(row.id, { tokens: event.target.value })}
            onBlur={() => change(row.id, { tokens: showTokensExact(parseTokens(row.tokens)) })}
          />
          <span className="hidden text-text-2 sm:inline">tokens</span>
          <button
            type="button"
            aria-label={`Remove ${row.model || 'this model'}`}
            className={iconButtonClass}
            onClick={() => setRows(rows.filter(({ id }) => id !== row.id))}
          >
            <X aria-hidden="true" size={14} />
          </button>
        </div>
      ))}
      {rows.length < MOST_ROWS ? (
        <Button kind="quiet" onClick={add} className="px-2">
          <Plus aria-hidden="true" size={16} strokeWidth={1.5} />
          Add a model
        </Button>
      ) : null}
      <div className="border-t border-line pt-4" aria-live="polite">
        <Figures>
          <Figure
            id="estimate"
            label="A month costs"
            value={showUsd(price.usd)}
            title={showUsdExact(price.usd)}
            note={`${price.tier.name} tier`}
          />
          <Figure
            label="Deposit for a month"
            value={showFlow(flow, 'owed')}
            note={<InUsd amount={flow} kind="owed" />}
          />
          <Figure label="Tokens" value={showTokensExact(price.totalTokens)} note="input and output" />
        </Figures>
      </div>
    </div>
  )
}
