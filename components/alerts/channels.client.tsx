'use client'

import { lazy, Suspense, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { CopyButton } from '#components/ui/copy-button.client.tsx'
import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { type AlertChannel, useAlertChannels } from '#hooks/use-alert-channels.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { AddChannel } from './add-channel.client.tsx'
import { ChannelRow } from './channel-row.tsx'

const RemoveChannel = lazy(() => import('./remove-channel.client.tsx'))

/** Webhooks and mail addresses, with how their last deliveries went. */
export function Channels() {
  const { data, error, refresh, add, remove } = useAlertChannels()
  const announce = useAnnounce()
  const place = useRef<HTMLDivElement>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const [leaving, setLeaving] = useState<AlertChannel | null>(null)
  if (!data) {
    return error ? (
      <StaleNotice error={error} onRetry={refresh} isEmpty />
    ) : (
      <Loading what="channels" className="h-40" />
    )
  }
  const drop = async ({ id }: AlertChannel): Promise<void> => {
    await remove(id)
    // Nothing behind an open dialog takes the focus.
    flushSync(() => setLeaving(null))
    announce('The channel is removed.')
    // What had the focus is gone with its row.
    place.current?.focus()
  }
  return (
    <div ref={place} tabIndex={-1} className="space-y-4 outline-none">
      {error ? <StaleNotice error={error} onRetry={refresh} /> : null}
      {secret ? <SecretNotice secret={secret} onDone={() => setSecret(null)} /> : null}
      {data.channels.length === 0 ? (
        <p className="text-text-2">None yet: alerts are shown in the console only.</p>
      ) : (
        <ul className="divide-y divide-line border-y border-line">
          {data.channels.map((channel) => (
            <li key={channel.id}>
              <ChannelRow channel={channel} onRemove={() => setLeaving(channel)} />
            </li>
          ))}
        </ul>
      )}
      <AddChannel mailIsSetUp={data.mailIsSetUp} onAdd={add} onSecret={setSecret} />
      {leaving ? (
        <Suspense fallback={null}>
          <RemoveChannel channel={leaving} onRemove={() => drop(leaving)} onClose={() => setLeaving(null)} />
        </Suspense>
      ) : null}
    </div>
  )
}

/** It follows from the channel and is kept nowhere: who loses it adds the webhook anew. */
function SecretNotice({ secret, onDone }: { secret: string; onDone: () => void }) {
  return (
    <Notice
      tone="warn"
      live="polite"
      title="Copy the webhook’s secret now. It isn’t shown again."
      actions={
        <>
          <CopyButton value={secret} label="Copy secret" kind="primary" />
          <Button onClick={onDone}>I have it</Button>
        </>
      }
    >
      <p className="font-mono wrap-anywhere">{secret}</p>
      <p className="mt-2">
        Each delivery has the headers x-flareflow-id, x-flareflow-timestamp and x-flareflow-signature: v1=HMAC-SHA256 of
        timestamp.body with this secret, in hex. Drop an id that you have seen.
      </p>
    </Notice>
  )
}
