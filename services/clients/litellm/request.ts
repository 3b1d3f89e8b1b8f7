import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import axios, { type AxiosInstance } from 'axios'
import type { z } from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import { errorBodySchema } from './schemas.ts'

export interface LitellmAddress {
  readonly url: string
  readonly masterKey: string
  /** For every call alike, instead of each call's own time limit. */
  readonly timeoutMs?: number
}

interface Call<T> {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean>>
  readonly body?: object
  readonly schema: z.ZodType<T>
  readonly timeoutMs?: number
  /** What a 404 means, for calls that ask about something that may not be there. */
  readonly ifMissing?: T
}

/** Sends one administrative call; the answer is checked. Throws `litellm_unreachable` or `litellm_refused`. */
export type Send = <T>(call: Call<T>) => Promise<T>

const defaultTimeoutMs = 10_000
const largestAnswerBytes = 64 * 1024 * 1024
/** LiteLLM's server closes idle connections after 5 s; one that is used at that very moment would lose its call. */
const connections = { keepAlive: true, timeout: 3_000 }

export function createSend({ url, masterKey, timeoutMs }: LitellmAddress): Send {
  const http = axios.create({
    baseURL: url,
    httpAgent: new HttpAgent(connections),
    httpsAgent: new HttpsAgent(connections),
    headers: { Authorization: `Bearer ${masterKey}` },
    maxContentLength: largestAnswerBytes,
    // A redirect would carry the master key somewhere else.
    maxRedirects: 0,
    validateStatus: () => true,
    responseType: 'text',
    transformResponse: [readJson],
  })
  return async (call) => {
    const { status, data } = await exchange(http, timeoutMs === undefined ? call : { ...call, timeoutMs })
    if (status === 404 && call.ifMissing !== undefined) return call.ifMissing
    if (status < 200 || status > 299) throw refusal(call, status, data)
    const parsed = call.schema.safeParse(data)
    if (parsed.success) return parsed.data
    const where = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
    throw new AppError('litellm_refused', 'LiteLLM gave an answer that is not understood. Check its version.', {
      internal: `${describe(call)} answered with another shape: ${where}`,
    })
  }
}

async function exchange<T>(http: AxiosInstance, call: Call<T>): Promise<{ status: number; data: unknown }> {
  const { method, path, query, body, timeoutMs = defaultTimeoutMs } = call
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const { status, data } = await http.request<unknown>({ method, url: path, params: query, data: body, signal })
    return { status, data }
  } catch (error) {
    throw unreachable(call, reasonOf(error))
  }
}

const notANumber = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g

/**
 * JSON as Python writes it: an odd number in one row must not hide the other rows of its page, so it is read as null.
 * What is no JSON at all stays text, which no schema takes.
 */
function readJson(text: unknown): unknown {
  if (typeof text !== 'string') return text
  const plain = text.replace(/^\uFEFF/, '')
  return (
    tryJson(plain) ?? tryJson(plain.replace(notANumber, (found) => (found.startsWith('"') ? found : 'null'))) ?? text
  )
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Nothing of axios' error goes on: it carries the headers, and with them the master key. */
function reasonOf(error: unknown): string {
  if (!axios.isAxiosError(error)) return error instanceof Error ? error.name : 'unknown'
  return error.code === 'ERR_CANCELED' ? 'no answer in time' : (error.code ?? 'no connection')
}

function refusal<T>(call: Call<T>, status: number, data: unknown): AppError {
  const { type, message } = wordsOf(data)
  const internal = `${describe(call)} answered ${status} ${type}: ${message}`
  if (status >= 500 || status === 429) return unreachable(call, `status ${status} ${type}: ${message}`)
  const sentence =
    status === 401
      ? 'LiteLLM refused the master key. Check LITELLM_MASTER_KEY.'
      : `LiteLLM refused the request (${status}). Nothing was changed.`
  return new AppError('litellm_refused', sentence, { internal, details: { status } })
}

const unreachable = <T>(call: Call<T>, why: string): AppError =>
  new AppError('litellm_unreachable', 'LiteLLM does not answer right now. Try again in a moment.', {
    internal: `${describe(call)} failed: ${why}`,
  })

const describe = <T>({ method, path }: Call<T>): string => `LiteLLM ${method} ${path}`

/** LiteLLM's own words, without keys: it repeats what it was sent. */
function wordsOf(data: unknown): { type: string; message: string } {
  const parsed = errorBodySchema.safeParse(data)
  if (!parsed.success) return { type: 'unknown', message: 'an answer without a reason' }
  const { type, message } = parsed.data.error
  return { type: type ?? 'unknown', message: withoutKeys(message).slice(0, 500) }
}

const withoutKeys = (text: string): string => text.replace(/sk-[\w-]+/g, 'sk-…')
