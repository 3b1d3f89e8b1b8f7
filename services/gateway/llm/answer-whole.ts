import type { Readable } from 'node:stream'
import { AppError } from '#lib/errors/app-error.ts'
import { jsonOrNull } from '#lib/http/json-or-null.ts'
import { readLimited } from '#services/platform/read-limited.ts'
import { gatewayBusy, type Seat } from './answer-room.ts'
import { addOutcome, headersFor } from './answer-headers.ts'
import type { Call } from './call.ts'
import { passError } from './pass-error.ts'
import { timedOut } from './upstream.ts'

type Given = Readonly<Record<string, string | string[] | undefined>>
export interface WholeAnswer {
  readonly statusCode: number
  readonly headers: Given
  readonly body: Readable
}

/** An answer that is longer can't be one. */
const LARGEST = 64 * 1024 * 1024
const LARGEST_ERROR = 64 * 1024

async function* seated(body: Readable, seat: Seat): AsyncGenerator<Uint8Array> {
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    if (!seat.take(chunk.byteLength)) throw gatewayBusy()
    yield chunk
  }
}

/** What is parsed can be many times the text, and is let go of before the end is written. */
const finish = (call: Call, text: string): ReturnType<Call['finish']> =>
  call.finish(jsonOrNull(text), { bytes: Buffer.byteLength(text), isWhole: true })

async function readText(body: AsyncIterable<Uint8Array>, most: number): Promise<string> {
  return (await readLimited(body, most, () => new RangeError('the answer is too long'))).toString('utf8')
}

/** A call that failed costs nothing, and keeps LiteLLM's status. */
export async function answerFailure(call: Call, { statusCode, headers, body }: WholeAnswer): Promise<Response> {
  const text = await readText(body, LARGEST_ERROR).catch(() => '')
  const outcome = await call.fail(statusCode)
  const given = headersFor(call, { 'retry-after': headers['retry-after'] })
  addOutcome(given, outcome)
  given.set('content-type', 'application/json')
  return new Response(JSON.stringify(passError(statusCode, jsonOrNull(text))), { status: statusCode, headers: given })
}

/** Passes an answer on when its cost is known. Its caller may have left meanwhile: it is paid for all the same. */
export async function answerWhole(
  call: Call,
  { statusCode, headers, body }: WholeAnswer,
  { signal, seat }: { signal: AbortSignal; seat: Seat },
): Promise<Response> {
  const began = performance.now()
  const text = await readText(seated(body, seat), LARGEST).catch(async (error: unknown) => {
    // Nobody else tells of a request on an own key: of one whose answer can't be taken no more will be known.
    if (call.payer.ownKey && error instanceof AppError) await call.fail(error.status)
    else call.leave(error instanceof Error ? error.message : 'the answer broke off')
    if (signal.aborted) throw timedOut()
    if (error instanceof AppError) throw error
    throw new AppError('litellm_unreachable', 'The answer broke off. Try again in a moment.', { cause: error })
  })
  call.modelMs += performance.now() - began
  const outcome = await finish(call, text)
  const own = headersFor(call, headers)
  addOutcome(own, outcome)
  return new Response(text, { status: statusCode, headers: own })
}
