'use client'

import { type FormEvent, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { SettingRow } from '#components/ui/setting-row.tsx'
import { showUsd } from '#lib/format/money.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { useAttempt } from '#hooks/use-attempt.ts'
import type { SettingProps } from './credit-settings.client.tsx'
import { plainUsd, usdFault } from './credit-words.ts'

/** What a month may cost at most. */
export function CapRow({ credits: { month }, onChange }: SettingProps) {
  const { busy, fault, attempt } = useAttempt()
  const announce = useAnnounce()
  const [text, setText] = useState(month.cap_usd === null ? '' : plainUsd(month.cap_usd))
  const [textFault, setTextFault] = useState<string | undefined>()
  const form = useRef<HTMLFormElement>(null)

  const set = async (cap: string | null): Promise<void> => {
    const done = await attempt(() => onChange({ monthly_cap_usd: cap }))
    if (done) announce(cap === null ? 'The cap is removed.' : 'The cap is set.')
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const found = usdFault(text)
    setTextFault(found)
    if (found) form.current?.querySelector('input')?.focus()
    else void set(text.trim())
  }
  return (
    <SettingRow
      id="credit-cap"
      title="Cap per month"
      explain={
        <p>
          No UTC month costs more than this, also with requests that run at the same time: what they may cost at most is
          counted before they are sent.
        </p>
      }
      now={month.cap_usd === null ? 'No cap.' : `${showUsd(parseUsd(month.cap_usd))} a month.`}
    >
      <form ref={form} onSubmit={submit} noValidate className="max-w-sm space-y-3" aria-label="Cap per month">
        <Field
          id="cap-amount"
          label="Cap"
          unit="USD"
          inputMode="decimal"
          autoComplete="off"
          value={text}
          error={textFault ?? fault?.message}
          onChange={(event) => setText(event.target.value)}
        />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" aria-disabled={busy}>
            Set cap
          </Button>
          {month.cap_usd === null ? null : (
            <Button kind="quiet" aria-disabled={busy} onClick={() => void set(null)}>
              Remove cap
            </Button>
          )}
        </div>
      </form>
    </SettingRow>
  )
}
