import * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'

/** What is known about a request that failed: whether the node may have acted on it. */
type Outcome = 'not_sent' | 'unknown'

export interface AccessNode {
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>
  post<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T>
}

/** The node answered, and its answer is no. */
export class NodeRefusal extends AppError {
  /** Status of the node's answer, not of ours. */
  readonly nodeStatus: number
  readonly nodeMessage: string

  constructor(path: string, nodeStatus: number, nodeMessage: string) {
    super('chain_refused', 'The Flow network refused the request. Nothing was changed.', {
      internal: `access node, ${path}: status ${nodeStatus}: ${nodeMessage}`,
    })
    this.name = 'NodeRefusal'
    this.nodeStatus = nodeStatus
    this.nodeMessage = nodeMessage
  }
}

const refusal = z.object({ message: z.string() })

/** Flow's REST API at one address. Every request ends within `timeoutMs`. */
export function createAccessNode(baseUrl: string, timeoutMs: number): AccessNode {
  const root = baseUrl.replace(/\/+$/, '')
  async function call<T>(path: string, init: RequestInit, schema: z.ZodType<T>): Promise<T> {
    const { status, ok, text } = await request(`${root}/v1/${path}`, init, timeoutMs)
    if (!ok && (status === 429 || status >= 500))
      throw unreachable(path, `status ${status}: ${text.slice(0, 300)}`, 'unknown')
    if (!ok) throw new NodeRefusal(path, status, refusalMessage(text))
    return read(path, text, schema)
  }
  return {
    get: (path, schema) => call(path, {}, schema),
    post: (path, body, schema) =>
      call(
        path,
        { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
        schema,
      ),
  }
}

async function request(url: string, init: RequestInit, timeoutMs: number) {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) })
    return { status: response.status, ok: response.ok, text: await response.text() }
  } catch (cause) {
    const reason = codeOf(cause)
    throw unreachable(url, reason, neverConnected.has(reason) ? 'not_sent' : 'unknown', cause)
  }
}

const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const inner = error.cause
  if (inner instanceof Error && 'code' in inner) return String(inner.code)
  return error.name
}

function unreachable(where: string, why: string, outcome: Outcome, cause?: unknown): AppError {
  return new AppError('chain_unreachable', 'The Flow network did not answer. Try again in a moment.', {
    internal: `access node, ${where}: ${why}`,
    details: { outcome },
    cause,
  })
}

function refusalMessage(text: string): string {
  try {
    return refusal.parse(JSON.parse(text)).message
  } catch {
    // Not every proxy in front of a node answers in JSON.
    return text.slice(0, 2_000)
  }
}

function read<T>(path: string, text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw unreachable(path, `an answer of another shape: ${text.slice(0, 300)}`, 'unknown', cause)
  }
}
