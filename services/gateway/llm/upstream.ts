import type { Readable } from 'node:stream'
import { Agent } from 'undici'
import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'

interface UpstreamAnswer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readable
}

/** `not_sent`: LiteLLM never saw the request. `unknown`: it may have, and may even have answered. */
export type Sent =
  | { readonly ok: true; readonly answer: UpstreamAnswer }
  | { readonly ok: false; readonly outcome: 'not_sent' | 'unknown'; readonly error: AppError }

interface UpstreamRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Ends the request when its time is over; not when its caller leaves. */
  readonly signal: AbortSignal
}

/** Sends requests to LiteLLM, each once: whether it is repeated is for the caller to say. */
export interface Upstream {
  send(request: UpstreamRequest): Promise<Sent>
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 5_000
/** LiteLLM's server closes idle connections after 5 s; one that is used at that very moment would lose its request. */
const KEEP_ALIVE_MS = 3_000

const NOT_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const unreachable = (why: string): AppError =>
  new AppError('litellm_unreachable', 'The models do not answer right now. Nothing was charged: try again.', {
    internal: `LiteLLM could not be reached: ${why}`,
  })

const broken = (why: string): AppError =>
  new AppError('litellm_unreachable', 'The connection to the models broke. Try again in a moment.', {
    internal: `the request to LiteLLM broke: ${why}`,
  })

export const timedOut = (): AppError =>
  new AppError('upstream_timed_out', 'The model did not answer in time. Ask for a shorter answer, or stream it.')

/** One pool of connections a process. */
export function createUpstream({ env }: ServiceContext): Upstream {
  const { origin, pathname } = new URL(env.litellm.url)
  const base = pathname.replace(/\/+$/, '')
  const agent = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    keepAliveTimeout: KEEP_ALIVE_MS,
    // The request's own deadline is the one time limit.
    headersTimeout: 0,
    bodyTimeout: 0,
  })

  async function send({ path, headers, body, signal }: UpstreamRequest): Promise<Sent> {
    try {
      const answer = await agent.request({ origin, path: `${base}${path}`, method: 'POST', headers, body, signal })
      return { ok: true, answer }
    } catch (error) {
      if (signal.aborted) return { ok: false, outcome: 'unknown', error: timedOut() }
      const code = codeOf(error)
      const why = code || (error instanceof Error ? error.name : 'unknown')
      return NOT_SENT.includes(code)
        ? { ok: false, outcome: 'not_sent', error: unreachable(why) }
        : { ok: false, outcome: 'unknown', error: broken(why) }
    }
  }

  return { send, close: () => agent.close() }
}
