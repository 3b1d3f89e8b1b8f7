import { Readable } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { AppError } from '#lib/errors/app-error.ts'
import { type OpenedKey, sendToProvider } from '#services/byok/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { Call } from './call.ts'
import { type Sent, timedOut } from './upstream.ts'

/** Fields that LiteLLM takes labels in; a provider keeps what it is told there, or refuses it. */
const LABEL_FIELDS = ['metadata', 'litellm_metadata']

/** Sends a request straight to the provider, once. One that failed costs nothing, whatever the provider made of it. */
export async function sendOnOwnKey(
  { system }: GatewayParts,
  { plan }: Call,
  openedKey: OpenedKey,
  signal: AbortSignal,
): Promise<Sent> {
  const body = Object.fromEntries(Object.entries(plan.fields).filter(([name]) => !LABEL_FIELDS.includes(name)))
  const model = plan.ownKeyModel ?? plan.model
  try {
    const answer = await sendToProvider(system, { openedKey, route: plan.route, model, body, signal })
    return {
      ok: true,
      answer: {
        statusCode: answer.status,
        headers: Object.fromEntries(answer.headers),
        body: answer.body ? Readable.fromWeb(answer.body as WebStream) : Readable.from([]),
      },
    }
  } catch (error) {
    if (error instanceof AppError) return { ok: false, outcome: 'not_sent', error }
    if (signal.aborted) return { ok: false, outcome: 'not_sent', error: timedOut() }
    throw error
  }
}
