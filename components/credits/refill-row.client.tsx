'use client'

import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Moment } from '#components/ui/moment.client.tsx'
import { SettingRow } from '#components/ui/setting-row.tsx'
import { showUsd } from '#lib/format/money.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import type { AutoRefill } from '#hooks/credit-types.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { useAttempt } from '#hooks/use-attempt.ts'
import type { SettingProps } from './credit-settings.client.tsx'
import { plainUsd, usdFault } from './credit-words.ts'

/** Buys credits by itself when few are left. */
export function RefillRow({ credits, onChange }: SettingProps) {
  const { auto_refill: refill, payments } = credits
  const { busy, fault, attempt } = useAttempt()
  const announce = useAnnounce()
  const turnOff = async (): Promise<void> => {
    if (await attempt(() => onChange({ auto_refill: null }))) announce('The refill is off.')
  }
  const off = refill ? (
    <Button kind="quiet" aria-disabled={busy} onClick={() => void turnOff()}>
      Turn off
    </Button>
  ) : null
  return (
    <SettingRow
      id="credit-refill"
      title="Auto-refill"
      explain={
        <p>
          Buys the amount with your saved card when what is usable falls below the threshold, at most once a UTC day.
        </p>
      }
      now={refill ? <RefillState refill={refill} /> : 'Off.'}
    >
      {payments.stripe ? <RefillForm refill={refill} onChange={onChange} off={off} /> : <NoCards />}
      {payments.stripe ? null : off}
      {fault ? <p className="text-sm text-bad">{fault.message}</p> : null}
    </SettingRow>
  )
}

const NoCards = () => (
  <p className="text-sm text-text-2">Stripe isn’t configured, so there is no card to refill from.</p>
)

const STATUS_WORDS: Readonly<Record<AutoRefill['status'], string>> = {
  active: '',
  needs_method: 'It needs a saved card: buy credits once and choose to save the card.',
  waiting: 'It ran today; not again before',
  paused: 'It is paused.',
}

function RefillState({ refill }: { refill: AutoRefill }) {
  const show = (text: string): string => showUsd(parseUsd(text))
  return (
    <>
      {show(refill.amount_usd)} when less than {show(refill.threshold_usd)} is usable. {STATUS_WORDS[refill.status]}
      {refill.status === 'waiting' ? (
        <>
          {' '}
          <Moment at={refill.next_allowed_at} />.
        </>
      ) : null}
      {refill.reason ? ` ${refill.reason}` : null}
    </>
  )
}

interface RefillFormProps {
  refill: AutoRefill | null
  onChange: SettingProps['onChange']
  /** The button that turns it off. */
  off: ReactNode
}

function RefillForm({ refill, onChange, off }: RefillFormProps) {
  const { busy, fault, attempt } = useAttempt()
  const announce = useAnnounce()
  const [threshold, setThreshold] = useState(refill ? plainUsd(refill.threshold_usd) : '')
  const [amount, setAmount] = useState(refill ? plainUsd(refill.amount_usd) : '')
  const [faults, setFaults] = useState<{ threshold?: string | undefined; amount?: string | undefined }>({})
  const form = useRef<HTMLFormElement>(null)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const found = { threshold: usdFault(threshold), amount: usdFault(amount) }
    setFaults(found)
    if (found.threshold || found.amount) {
      form.current?.querySelector<HTMLInputElement>(found.threshold ? '#refill-threshold' : '#refill-amount')?.focus()
      return
    }
    const setting = { threshold_usd: threshold.trim(), amount_usd: amount.trim() }
    if (await attempt(() => onChange({ auto_refill: setting }))) announce('The refill is on.')
  }
  return (
    <form ref={form} onSubmit={submit} noValidate className="max-w-md space-y-3" aria-label="Auto-refill">
      <div className="grid gap-3 sm:grid-cols-2">
        <Field
          id="refill-threshold"
          label="When less is usable than"
          unit="USD"
          inputMode="decimal"
          autoComplete="off"
          value={threshold}
          error={faults.threshold}
          onChange={(event) => setThreshold(event.target.value)}
        />
        <Field
          id="refill-amount"
          label="Buy"
          unit="USD"
          inputMode="decimal"
          autoComplete="off"
          value={amount}
          error={faults.amount ?? fault?.message}
          onChange={(event) => setAmount(event.target.value)}
        />
      </div>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" aria-disabled={busy}>
          {refill ? 'Change refill' : 'Turn on'}
        </Button>
        {off}
      </div>
    </form>
  )
}
