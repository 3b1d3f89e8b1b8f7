'use client'

import { Button } from '#components/ui/button.tsx'
import { Moment } from '#components/ui/moment.client.tsx'
import { Time } from '#components/ui/time.client.tsx'
import { showDuration } from '#lib/format/time.ts'
import type { VaultReport } from '#hooks/api-types.ts'
import { useAppConfig } from '#hooks/app-config.ts'
import type { Controls } from '#hooks/use-control.ts'
import { useNow } from '#hooks/use-now.ts'
import { ControlRow } from './control-row.tsx'

/** Stops the subscription for a while, and lets it go on. */
export function PauseRow({ vault, controls }: { vault: VaultReport; controls: Controls }) {
  const { settleDelaySeconds } = useAppConfig()
  const { pausedFrom } = vault
  const busy = controls.running !== null
  return (
    <ControlRow
      id="pause"
      title="Pause"
      kinds={['pause', 'resume']}
      controls={controls}
      done={pausedFrom ? 'The subscription is paused; its key is blocked.' : 'The subscription runs again.'}
      explain={
        <p>
          The key is blocked as soon as you ask. What was used until then is settled within{' '}
          {showDuration(settleDelaySeconds)}; after that nothing is charged until you resume. Resuming acts at once.
        </p>
      }
      now={<PauseState pausedFrom={pausedFrom} />}
    >
      <Button aria-disabled={busy} onClick={() => void controls.perform({ kind: pausedFrom ? 'resume' : 'pause' })}>
        {pausedFrom ? 'Resume' : 'Pause'}
      </Button>
    </ControlRow>
  )
}

function PauseState({ pausedFrom }: { pausedFrom: string | null }) {
  const now = useNow()
  if (!pausedFrom) return 'Running.'
  if (Date.parse(pausedFrom) > now.getTime()) {
    return (
      <>
        Paused: requests are refused. What was used before is settled until <Moment at={pausedFrom} />.
      </>
    )
  }
  return (
    <>
      Paused since <Time at={pausedFrom} />.
    </>
  )
}
