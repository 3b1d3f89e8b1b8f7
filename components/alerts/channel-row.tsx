import { Button } from '#components/ui/button.tsx'
import { Status, type Tone } from '#components/ui/status.tsx'
import { Time } from '#components/ui/time.client.tsx'
import type { AlertChannel, AlertDelivery } from '#hooks/use-alert-channels.ts'

const KIND = { webhook: 'Webhook', email: 'Mail' } as const

function channelStatus({ confirmed, lastError, deliveries }: AlertChannel): { tone: Tone; word: string } {
  if (!confirmed) return { tone: 'paused', word: 'Not confirmed' }
  if (lastError !== null) return { tone: 'bad', word: 'Failing' }
  return { tone: 'ok', word: deliveries.length > 0 ? 'Delivers' : 'Ready' }
}

/** A channel with its log of deliveries. */
export function ChannelRow({ channel, onRemove }: { channel: AlertChannel; onRemove: () => void }) {
  const { kind, target, confirmed, lastError, deliveries } = channel
  const { tone, word } = channelStatus(channel)
  return (
    <div className="py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="min-w-0">
          <span className="mr-2 text-xs text-text-2">{KIND[kind]}</span>
          <span className="font-mono text-sm wrap-anywhere">{target}</span>
        </p>
        <p className="flex items-center gap-2">
          <Status tone={tone}>{word}</Status>
          <Button kind="quiet" onClick={onRemove} aria-label={`Remove ${target}`}>
            Remove
          </Button>
        </p>
      </div>
      {!confirmed ? (
        <p className="text-sm text-text-2">
          A mail with a link went there. Nothing else is sent before the link is opened; it is good for a day.
        </p>
      ) : null}
      {lastError ? <p className="text-sm text-bad">{lastError} It is tried again by itself, for three days.</p> : null}
      {deliveries.length > 0 ? <Deliveries deliveries={deliveries} /> : null}
    </div>
  )
}

const WORDS = { pending: 'waiting', delivered: 'delivered', failed: 'given up' } as const

function Deliveries({ deliveries }: { deliveries: readonly AlertDelivery[] }) {
  return (
    <details className="mt-1 text-sm">
      <summary className="w-fit text-text-2 hover:text-text">Last deliveries</summary>
      <ul className="mt-1 space-y-1 text-text-2">
        {deliveries.map(({ id, status, attempts, lastError, createdAt, finishedAt }) => (
          <li key={id}>
            <Time at={finishedAt ?? createdAt} />: {WORDS[status]}
            {attempts > 1 ? ` at try ${attempts}` : ''}
            {status !== 'delivered' && lastError ? `. ${lastError}` : ''}
          </li>
        ))}
      </ul>
    </details>
  )
}
