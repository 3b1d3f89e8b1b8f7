'use client'

import { type FormEvent, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Moment } from '#components/ui/moment.client.tsx'
import { showUsd, showUsdExact } from '#lib/format/money.ts'
import { showDuration } from '#lib/format/time.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import type { VaultReport } from '#hooks/api-types.ts'
import { useAppConfig } from '#hooks/app-config.ts'
import type { Controls } from '#hooks/use-control.ts'
import { ControlRow } from './control-row.tsx'
import { amountFault, capEffect } from './control-rules.ts'

/** What a month may cost at most. */
export function CapRow({ vault, controls }: { vault: VaultReport; controls: Controls }) {
  const { settleDelaySeconds, keyFloorUsd } = useAppConfig()
  const [text, setText] = useState(vault.capUsd ?? '')
  const [fault, setFault] = useState<string | undefined>()
  const form = useRef<HTMLFormElement>(null)
  const busy = controls.running !== null
  const wanted = text.trim()
  const effect = amountFault(wanted) ? null : capEffect(vault, wanted)

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const found = amountFault(wanted)
    setFault(found)
    if (found) form.current?.querySelector('input')?.focus()
    else void controls.perform({ kind: 'cap', usd: wanted })
  }
  return (
    <ControlRow
      id="cap"
      title="Cap per month"
      kinds={['cap']}
      controls={controls}
      done="The cap is on chain."
      explain={
        <p>
          No month costs more, whatever is used: the contract takes no more from the vault. The key is blocked when the
          month comes within {showUsd(parseUsd(keyFloorUsd))} of the cap, which is what it could use before the block
          reaches it. Raising or removing the cap acts at once.
        </p>
      }
      now={<CapState vault={vault} />}
    >
      <form ref={form} onSubmit={submit} noValidate className="max-w-sm space-y-3" aria-label="Cap per month">
        <Field
          id="cap-usd"
          label="Cap"
          unit="USD"
          inputMode="decimal"
          autoComplete="off"
          value={text}
          error={fault}
          hint={
            effect === 'tightens'
              ? `A lower cap acts ${showDuration(settleDelaySeconds)} after you approve; the key is held to it at once.`
              : effect === 'loosens'
                ? 'A higher cap acts at once.'
                : 'US dollars in a UTC month.'
          }
          onChange={(event) => setText(event.target.value)}
        />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" aria-disabled={busy}>
            Set cap
          </Button>
          {vault.capUsd || vault.pendingCap?.limit ? (
            <Button kind="quiet" aria-disabled={busy} onClick={() => void controls.perform({ kind: 'cap', usd: null })}>
              Remove cap
            </Button>
          ) : null}
        </div>
      </form>
    </ControlRow>
  )
}

function CapState({ vault: { capUsd, pendingCap } }: { vault: VaultReport }) {
  const show = (text: string) => <span title={showUsdExact(parseUsd(text))}>{showUsd(parseUsd(text))}</span>
  return (
    <>
      {capUsd ? <>{show(capUsd)} a month.</> : 'No cap.'}
      {pendingCap?.limit ? (
        <>
          {' '}
          {show(pendingCap.limit)} from <Moment at={pendingCap.actsAt} /> on.
        </>
      ) : null}
    </>
  )
}
