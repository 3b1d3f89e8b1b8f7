import type { Seat } from './answer-room.ts'

/** What waits in a connection of a caller who doesn't read is so small; the rest can still be let go of. */
const PIECE = 64 * 1024

interface Taking {
  /** Kept as a whole: Node forgets the signal of a request that is gone. */
  readonly request: Request
  readonly seat: Seat
  /** How long its caller may take over it. */
  readonly ms: number
}

/** Passes a whole answer on. It has its seat until its caller has taken it or left, or their time is over. */
export function handOut(response: Response, { request, seat, ms }: Taking): Response {
  const { body, status, headers } = response
  if (body === null || request.signal.aborted) {
    seat.free()
    return response
  }
  const reader = body.getReader()
  let rest = new Uint8Array()
  let letGo: () => void = () => undefined

  function end(): void {
    clearTimeout(timer)
    request.signal.removeEventListener('abort', letGo)
    rest = new Uint8Array()
    seat.free()
  }
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        letGo = () => {
          end()
          void reader.cancel()
          controller.error(new DOMException('the answer was not taken', 'AbortError'))
        }
      },
      async pull(controller) {
        if (rest.length === 0) {
          const next = await reader.read()
          if (next.value) rest = next.value
        }
        if (rest.length === 0) {
          end()
          return controller.close()
        }
        // A copy: a part of the answer would keep all of it.
        controller.enqueue(rest.slice(0, PIECE))
        rest = rest.subarray(PIECE)
      },
      cancel() {
        end()
        return reader.cancel()
      },
    },
    { highWaterMark: 0 },
  )
  const timer = setTimeout(() => letGo(), ms).unref()
  request.signal.addEventListener('abort', letGo, { once: true })
  return new Response(stream, { status, headers })
}
