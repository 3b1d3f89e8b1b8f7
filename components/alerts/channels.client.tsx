'use client'

import { useState } from 'react'
import { CopyButton } from '#components/ui/copy-button.client.tsx'
import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { useAlertChannels } from '#hooks/use-alert-channels.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { AddChannel } from './add-channel.client.tsx'
import { ChannelRow } from './channel-row.tsx'

/** Webhooks and mail addresses, with how their last deliveries went. */
export function Channels() {
  const { data, error, refresh, add, remove } = useAlertChannels()
  const announce = useAnnounce()
  const [secret, setSecret] = useState<string | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  if (!data) {
    return error ? <StaleNotice error={error} onRetry={refresh} /> : <Loading what="channels" className="h-40" />
  }
  const drop = async (id: string): Promise<void> => {
    try {
      await remove(id)
      setFault(null)
      announce('The channel is removed')
    } catch (thrown) {
      setFault(thrown instanceof Error ? thrown.message : 'The channel was not removed. Try again.')
    }
  }
  return (
    <div className="space-y-4">
      {error ? <StaleNotice error={error} onRetry={refresh} /> : null}
      {fault ? <Notice tone="bad" live="assertive" title={fault} /> : null}
      {secret ? <SecretNotice secret={secret} onDone={() => setSecret(null)} /> : null}
      {data.channels.length === 0 ? (
        <p className="text-text-2">None yet: alerts are shown in the console only.</p>
      ) : (
        <ul className="divide-y divide-line border-y border-line">
          {data.channels.map((channel) => (
            <li key={channel.id}>
              <ChannelRow channel={channel} onRemove={() => void drop(channel.id)} />
            </li>
          ))}
        </ul>
      )}
      <AddChannel mailIsSetUp={data.mailIsSetUp} onAdd={add} onSecret={setSecret} />
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
