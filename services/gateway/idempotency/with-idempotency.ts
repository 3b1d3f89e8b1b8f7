import { AppError } from '#lib/errors/app-error.ts'
import { sha256Hex } from '#services/platform/crypto/hash.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { gatewayBusy, type Seat } from '../llm/answer-room.ts'
import { claimRequest, type KeptAnswer, type OwnClaim } from './claim-request.ts'

/** How a request ended: with an answer, with nothing done, or nobody knows how. */
export type RequestEnd = 'answered' | 'failed' | 'unknown'

/** What a request tells while it is carried out. */
export interface RequestHooks {
  /** Text of a stream, also when nobody takes it any more. */
  record(text: string): void
  /** Called once, at the request's very end: for a stream after its last word. */
  onEnd(end: RequestEnd): void
}

type Work = (tried: Pick<OwnClaim, 'requestId' | 'isResumed'>, hooks: RequestHooks) => Promise<Response>

/** The try that a request goes on from has ended for good and cost nothing, so the request is a new one. */
export class EndedFree extends AppError {
  constructor({ code, publicMessage, details = {} }: AppError) {
    super(code, publicMessage, { details })
  }
}

const KEY = /^[\x20-\x7e]{1,255}$/
/** Bytes. What is longer is not kept; asking again is then refused, not charged anew. */
const LONGEST_ANSWER = 1024 * 1024
const NOT_KEPT = ['x-accel-buffering']

/** The request's Idempotency-Key; null when it has none. */
function keyOf(request: Request): string | null {
  const key = request.headers.get('idempotency-key')
  if (key === null || KEY.test(key)) return key
  const message = 'Idempotency-Key must be 1 to 255 plain characters.'
  throw new AppError('invalid_request', message, { details: { fields: [{ field: 'Idempotency-Key', message }] } })
}

/** What makes a request another one. */
const hashOf = (request: Request, bodyText: string): string =>
  sha256Hex(
    JSON.stringify([
      new URL(request.url).pathname,
      request.headers.get('x-power-level'),
      request.headers.get('x-clamp-max-tokens'),
      bodyText,
    ]),
  )

function replay({ status, headers, answer }: KeptAnswer): Response {
  return new Response(new Uint8Array(answer), { status, headers: { ...headers, 'x-flareflow-replayed': 'true' } })
}

const headersOf = (headers: Headers): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => !NOT_KEPT.includes(name)))

interface Keyed {
  readonly request: Request
  readonly bodyText: string
  readonly payer: string
  readonly requestId: string
  /** Where what is kept for a retry, or told again, has its room. */
  readonly seat: Seat
}

/**
 * Carries a request out, once for each Idempotency-Key of its payer: a retry gets the first answer again, streams too.
 * One whose process died goes on under its first id, so that it is paid once.
 */
export async function withIdempotency(ctx: ServiceContext, keyed: Keyed, work: Work): Promise<Response> {
  const { request, bodyText, payer, requestId } = keyed
  const key = keyOf(request)
  if (key === null) return work({ requestId, isResumed: false }, { record: () => undefined, onEnd: () => undefined })
  const wanted = { payer, key, bodyHash: hashOf(request, bodyText), requestId }
  const once = async (): Promise<Response> => {
    const claim = await claimRequest(ctx, wanted)
    if (claim.kind === 'own') return carryOut(claim, keyed.seat, work)
    if (!keyed.seat.take(claim.answer.byteLength)) throw gatewayBusy()
    return replay(claim)
  }
  return once().catch((error: unknown) => {
    if (error instanceof EndedFree) return once()
    throw error
  })
}

async function carryOut(claim: OwnClaim, seat: Seat, work: Work): Promise<Response> {
  let pieces: string[] | null = []
  let length = 0
  let end: RequestEnd | null = null
  const streamEnded = Promise.withResolvers<RequestEnd>()
  const hooks: RequestHooks = {
    record(text) {
      const bytes = Buffer.byteLength(text)
      length += bytes
      if (length <= LONGEST_ANSWER && seat.take(bytes)) pieces?.push(text)
      else pieces = null
    },
    onEnd(how) {
      end = how
      streamEnded.resolve(how)
    },
  }
  const keep = ({ status, headers }: Response, text: string | null): Promise<void> =>
    claim.finish(
      text === null || Buffer.byteLength(text) > LONGEST_ANSWER
        ? null
        : { status, headers: headersOf(headers), answer: Buffer.from(text) },
    )
  const conclude = async (how: RequestEnd, answered: () => Promise<void>): Promise<void> => {
    if (how === 'answered') await answered()
    else if (how === 'failed') await claim.release()
    else await claim.abandon()
  }
  try {
    const response = await work(claim, hooks)
    if (end === null) {
      void streamEnded.promise.then((how) => conclude(how, () => keep(response, pieces?.join('') ?? null)))
      return response
    }
    const text = await response.text()
    await conclude(end, () => keep(response, text))
    return new Response(text, { status: response.status, headers: response.headers })
  } catch (error) {
    // Refused before it was sent. The try that it goes on from may have been: as a new request it would be paid again.
    const isOpen = claim.isResumed && !(error instanceof EndedFree)
    await conclude(end ?? (isOpen ? 'unknown' : 'failed'), () => claim.release())
    throw error
  }
}
