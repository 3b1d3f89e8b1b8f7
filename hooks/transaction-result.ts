import { decodeCadence } from '#lib/flow/json-cadence.ts'
import { type ChainEvent, hasEnded, type TransactionState } from './transaction-state.ts'

export interface TransactionResult {
  state: TransactionState
  error: string | null
  events: ChainEvent[]
}

const STATE_OF_STATUS: Record<string, TransactionState> = {
  Pending: 'sent',
  Finalized: 'included',
  Executed: 'done',
  Sealed: 'final',
  Expired: 'expired',
}

interface RestResult {
  status?: string
  error_message?: string
  events?: { type: string; payload: string }[]
}

function decodeEvent(event: { type: string; payload: string }): ChainEvent {
  const bytes = Uint8Array.from(atob(event.payload), (char) => char.codePointAt(0) ?? 0)
  return { type: event.type, data: decodeCadence(JSON.parse(new TextDecoder().decode(bytes))) }
}

/** Asks the access node what became of a transaction. One that it doesn't know yet counts as sent. */
async function readTransaction(accessNode: string, txId: string): Promise<TransactionResult> {
  const response = await fetch(`${accessNode}/v1/transaction_results/${txId}`, { cache: 'no-store' })
  if (response.status === 404) return { state: 'sent', error: null, events: [] }
  if (!response.ok) throw new Error(`The access node answered ${response.status}.`)
  const result: RestResult = await response.json()
  const state = STATE_OF_STATUS[result.status ?? ''] ?? 'sent'
  const error = result.error_message ? result.error_message : null
  return { state: error ? 'failed' : state, error, events: (result.events ?? []).map(decodeEvent) }
}

/** The contract's own sentence in a long Cadence error, or the error's first line. */
export function refusalOf(error: string): string {
  const match = /(?:panic|pre-condition failed|post-condition failed|assertion failed):\s*([^\n]+)/.exec(error)
  return (
    match?.[1]?.trim() ??
    error
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ??
    error
  )
}

const POLL_MS = 700

/** Follows a transaction until it ends. An access node that doesn't answer for a while is asked again. */
export async function followTransaction(
  accessNode: string,
  txId: string,
  onResult: (result: TransactionResult) => void,
  signal: AbortSignal,
): Promise<TransactionResult | null> {
  while (!signal.aborted) {
    const result = await readTransaction(accessNode, txId).catch(() => null)
    if (result) {
      onResult(result)
      if (hasEnded(result.state)) return result
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return null
}

/** A field of every event of our contract with this name, as text, in order. */
export function eventFields(events: readonly ChainEvent[], name: string, field: string): string[] {
  return events
    .filter(({ type }) => type.endsWith(`.UsageBasedSubscriptions.${name}`))
    .flatMap(({ data }) => (typeof data === 'object' && data !== null ? Object.entries(data) : []))
    .filter(([key]) => key === field)
    .flatMap(([, value]) => (typeof value === 'string' ? [value] : []))
}
