import { AppError } from '#lib/errors/app-error.ts'
import { headersFor } from './answer-headers.ts'
import type { WholeAnswer } from './answer-whole.ts'
import type { Call } from './call.ts'
import { StreamRelay } from './stream-relay.ts'
import { timedOut } from './upstream.ts'

export interface StreamOptions {
  /** Aborted when the request's time is over. */
  readonly signal: AbortSignal
  /** How long a stream is read on after its caller has left. */
  readonly drainMs: number
  /** Told everything that the caller is sent, also what a caller who has left would have been. */
  readonly record: (text: string) => void
  /** Called once, when nothing of the request goes on any more. */
  readonly onEnd: () => void
}

const brokeOff = (signal: AbortSignal, cause: unknown): AppError =>
  signal.aborted
    ? timedOut()
    : new AppError('litellm_unreachable', 'The stream broke off. Try again in a moment.', {
        internal: cause instanceof Error ? cause.message : 'the stream broke',
        cause,
      })

interface StreamReader {
  /** The next text; null at the end. One reader after another: whoever drains waits for the caller's last read. */
  next(): Promise<string | null>
  /** The caller has left: reads on to the end, within the bound. */
  drain(): Promise<void>
  hasLeft(): boolean
}

function createReader(call: Call, body: WholeAnswer['body'], options: StreamOptions): StreamReader {
  const { signal, drainMs, record, onEnd } = options
  const relay = new StreamRelay(call, body)
  let turn: Promise<string | null> = Promise.resolve('')
  let hasLeft = false
  let isOverdue = false
  let hasEnded = false
  // An error that comes while nobody reads is told by the next read.
  body.on('error', () => undefined)

  function end(): null {
    if (!hasEnded) onEnd()
    hasEnded = true
    return null
  }

  async function read(): Promise<string | null> {
    if (hasEnded) return null
    try {
      const text = await relay.next()
      if (text === null) return end()
      record(text)
      return text
    } catch (error) {
      if (isOverdue) {
        await relay.giveUp()
        return end()
      }
      const text = relay.breakOff(brokeOff(signal, error))
      record(text)
      end()
      return text
    }
  }

  const next = (): Promise<string | null> => (turn = turn.then(read))

  async function drain(): Promise<void> {
    hasLeft = true
    const timer = setTimeout(() => {
      isOverdue = true
      body.destroy()
    }, drainMs)
    while ((await next()) !== null);
    clearTimeout(timer)
  }
  return { next, drain, hasLeft: () => hasLeft }
}

/**
 * Passes a stream on, no faster than it is taken. When its caller leaves it is read on to its end, within a bound, so
 * that what was used is known and paid for.
 */
export function answerStream(call: Call, { statusCode, headers, body }: WholeAnswer, options: StreamOptions): Response {
  const reader = createReader(call, body, options)
  const encoder = new TextEncoder()
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const text = await reader.next()
        if (reader.hasLeft()) return
        if (text === null) controller.close()
        else controller.enqueue(encoder.encode(text))
      },
      cancel: () => void reader.drain(),
    },
    { highWaterMark: 0 },
  )
  const own = headersFor(call, headers)
  // A proxy in between must not collect what is meant to be seen at once.
  own.set('x-accel-buffering', 'no')
  return new Response(stream, { status: statusCode, headers: own })
}
