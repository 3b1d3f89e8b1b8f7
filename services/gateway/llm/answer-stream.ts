import { AppError } from '#lib/errors/app-error.ts'
import { headersFor } from './answer-headers.ts'
import type { WholeAnswer } from './answer-whole.ts'
import type { Call } from './call.ts'
import { StreamRelay } from './stream-relay.ts'
import { timedOut } from './upstream.ts'

export interface StreamOptions {
  /** Whose signal says that the caller has left. Kept as a whole: Node forgets the signal of a request that is gone. */
  readonly request: Request
  /** Aborted when the request's time is over. */
  readonly deadline: AbortSignal
  /** How long a stream is read on after its caller has left. */
  readonly drainMs: number
  /** Told everything that the caller is sent, also what a caller who has left would have been. */
  readonly record: (text: string) => void
  /** Called once, when nothing of the request goes on any more. */
  readonly onEnd: () => void
}

function brokeOff(deadline: AbortSignal, cause: unknown): AppError {
  if (deadline.aborted) return timedOut()
  if (cause instanceof AppError) return cause
  return new AppError('litellm_unreachable', 'The stream broke off. Try again in a moment.', {
    internal: cause instanceof Error ? cause.message : 'the stream broke',
    cause,
  })
}

/** Never at once: whoever carries a request out is given its answer before its end. */
function whenAborted(signal: AbortSignal, work: () => void): void {
  if (signal.aborted) setImmediate(work)
  else signal.addEventListener('abort', work, { once: true })
}

interface StreamReader {
  /** The next text; null at the end. One reader after another: whoever drains waits for the caller's last read. */
  next(): Promise<string | null>
  /** The caller has left: reads on to the end, within the bound. It may be said more than once. */
  drain(): Promise<void>
  hasLeft(): boolean
}

/** One read after another; `giveUp`: the next one that fails ends the request with what was seen of the stream. */
function createReading(call: Call, body: WholeAnswer['body'], { deadline, record, onEnd }: StreamOptions) {
  const relay = new StreamRelay(call, body)
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
      // Where what came was refused, more would come.
      body.destroy()
      if (isOverdue) {
        await relay.giveUp()
        return end()
      }
      const text = relay.breakOff(brokeOff(deadline, error))
      record(text)
      end()
      return text
    }
  }

  function giveUp(): void {
    isOverdue = true
    body.destroy()
  }
  return { read, giveUp }
}

function createReader(call: Call, body: WholeAnswer['body'], options: StreamOptions): StreamReader {
  const { request, deadline, drainMs } = options
  const { read, giveUp } = createReading(call, body, { ...options, onEnd })
  let turn: Promise<string | null> = Promise.resolve('')
  let ahead: Promise<string | null> | null = null
  let hasLeft = false

  const readInTurn = (): Promise<string | null> => (turn = turn.then(read))

  function next(): Promise<string | null> {
    const text = ahead ?? readInTurn()
    ahead = null
    return text
  }

  async function drain(): Promise<void> {
    if (hasLeft) return
    hasLeft = true
    const timer = setTimeout(giveUp, drainMs)
    while ((await next()) !== null);
    clearTimeout(timer)
  }

  const onLeave = (): void => void drain()
  // A caller who is there but doesn't read would keep the request open: its last word is read for them.
  function onDeadline(): void {
    body.destroy()
    ahead = readInTurn()
  }
  function onEnd(): void {
    request.signal.removeEventListener('abort', onLeave)
    deadline.removeEventListener('abort', onDeadline)
    options.onEnd()
  }
  whenAborted(request.signal, onLeave)
  whenAborted(deadline, onDeadline)
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
        if (reader.hasLeft()) controller.error(new DOMException('the caller has left', 'AbortError'))
        else if (text === null) controller.close()
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
