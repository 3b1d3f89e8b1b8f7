'use client'

import { Download } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import type { Checked } from '#hooks/check-document.ts'
import type { CheckState } from '#hooks/use-check.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import { periodLabel } from '#lib/period/period.ts'
import type { BilledPeriod } from '#lib/receipts/receipt.ts'
import { RequestFacts } from './request-facts.tsx'
import { saveFile } from './save-file.ts'
import { StepList } from './step-list.tsx'
import { verdictOf } from './verify-words.ts'

interface CheckResultProps {
  state: CheckState
  /** Fetches the whole bill and checks it; null when nobody is signed in. */
  onBill: ((period: BilledPeriod) => void) | null
}

/** What the check found, from the verdict down to each step. */
export function CheckResult({ state, onBill }: CheckResultProps) {
  if (state.state === 'idle') return null
  if (state.state === 'checking') return <Checking progress={state.progress} />
  if (state.state === 'failed') {
    return (
      <div className="mt-6">
        <Notice tone="warn" live="assertive" title="It could not be read to its end.">
          {state.why} Nothing is known about it. Try again.
        </Notice>
      </div>
    )
  }
  return <Done key={state.number} checked={state.checked} onBill={onBill} />
}

function Checking({ progress }: { progress: Extract<CheckState, { state: 'checking' }>['progress'] }) {
  return (
    <output className="mt-6 block text-sm text-text-2">
      {progress ? (
        <label>
          {showTokensExact(BigInt(progress.read))} of {showTokensExact(BigInt(progress.of))} requests added up
          <progress className="mt-2 block h-2 w-full max-w-sm accent-accent" max={progress.of} value={progress.read} />
        </label>
      ) : (
        'Checking …'
      )}
    </output>
  )
}

function Done({ checked, onBill }: { checked: Checked; onBill: CheckResultProps['onBill'] }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const { tone, title, text } = verdictOf(checked)
  const receipt = checked.kind === 'receipt' ? checked.check.receipt : null
  return (
    <section className="mt-8 border-t border-line pt-6" data-verdict={checked.check.isProven ? 'proven' : 'not proven'}>
      <h2 ref={heading} tabIndex={-1} className="mb-3 text-lg font-semibold outline-none">
        {checked.kind === 'receipt' ? 'What this receipt shows' : 'What this bill shows'}
      </h2>
      <Notice tone={tone} title={title} live="polite">
        <span className="wrap-anywhere">{text}</span>
      </Notice>
      {checked.kind === 'receipt' && checked.check.request && tone !== 'bad' ? (
        <RequestFacts request={checked.check.request} />
      ) : null}
      {receipt && checked.kind === 'receipt' ? (
        <div className="mt-4 flex flex-wrap gap-2">
          <Button onClick={() => saveFile(`receipt-${receipt.vault}-${receipt.event.ordinal}.json`, checked.text)}>
            <Download aria-hidden="true" size={16} strokeWidth={1.5} />
            Download receipt
          </Button>
          {onBill && receipt.settlement.state === 'settled' ? (
            <Button onClick={() => onBill(receipt)}>Check the whole bill of {periodLabel(receipt.period)}</Button>
          ) : null}
        </div>
      ) : null}
      <StepList steps={checked.check.steps} />
    </section>
  )
}
