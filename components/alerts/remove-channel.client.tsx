'use client'

import { AskFirst } from '#components/ui/ask-first.client.tsx'
import type { AlertChannel } from '#hooks/use-alert-channels.ts'

interface RemoveChannelProps {
  channel: AlertChannel
  onRemove: () => Promise<void>
  onClose: () => void
}

/** Asks before a channel is removed, and says what does not come back with it. */
export default function RemoveChannel({ channel, onRemove, onClose }: RemoveChannelProps) {
  const again = channel.kind === 'webhook' ? 'with another secret' : 'and is confirmed anew'
  return (
    <AskFirst title="Remove this channel?" label="Remove channel" onConfirm={onRemove} onClose={onClose}>
      <p className="wrap-anywhere">
        No alert goes to {channel.target} any more. It can be added again, {again}.
      </p>
    </AskFirst>
  )
}
