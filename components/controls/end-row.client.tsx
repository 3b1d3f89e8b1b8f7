'use client'

import { type FormEvent, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Moment } from '#components/ui/moment.client.tsx'
import { showDuration } from '#lib/format/time.ts'
import type { VaultReport } from '#hooks/api-types.ts'
import { useAppConfig } from '#hooks/app-config.ts'
import type { Controls } from '#hooks/use-control.ts'
import { ControlRow } from './control-row.tsx'
import { endFault } from './control-rules.ts'

/** An instant as a control of local date and time takes it. */
function localText(at: string | null): string {
  if (!at) return ''
  const instant = new Date(at)
  return new Date(instant.getTime() - instant.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** Until when the provider's right may grow. */
export function EndRow({ vault, controls }: { vault: VaultReport; controls: Controls }) {
  const { settleDelaySeconds } = useAppConfig()
  const [text, setText] = useState(localText(vault.expiresAt))
  const [fault, setFault] = useState<string | undefined>()
  const form = useRef<HTMLFormElement>(null)
  const busy = controls.running !== null
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const at = new Date(text)
    const found = endFault(vault, at, { now: new Date(), settleDelaySeconds })
    setFault(found)
    if (found) form.current?.querySelector('input')?.focus()
    else void controls.perform({ kind: 'expiry', at })
  }
  return (
    <ControlRow
      id="end"
      title="End of the provider’s right"
      kinds={['expiry']}
      controls={controls}
      done="The end is on chain."
      explain={
        <p>
          After it nothing more is charged; what was settled until then stays the provider’s. The key is blocked{' '}
          {showDuration(settleDelaySeconds)} before, so that the last usage settles in time. A later end acts at once.
        </p>
      }
      now={
        vault.expiresAt ? (
          <>
            Ends <Moment at={vault.expiresAt} />.
          </>
        ) : (
          'No end.'
        )
      }
    >
      <form
        ref={form}
        onSubmit={submit}
        noValidate
        className="max-w-sm space-y-3"
        aria-label="End of the provider’s right"
      >
        <Field
          id="end-at"
          label="End"
          type="datetime-local"
          value={text}
          error={fault}
          hint={`In your time zone, ${zone}.`}
          onChange={(event) => setText(event.target.value)}
        />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" aria-disabled={busy}>
            Set end
          </Button>
          {vault.expiresAt ? (
            <Button
              kind="quiet"
              aria-disabled={busy}
              onClick={() => void controls.perform({ kind: 'expiry', at: null })}
            >
              Remove end
            </Button>
          ) : null}
        </div>
      </form>
    </ControlRow>
  )
}
