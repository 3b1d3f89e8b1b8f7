import { createSseReader } from '#lib/gateway/sse.ts'
import { jsonOrNull } from '#lib/http/json-or-null.ts'
import { ApiError, silenceOf, toApiError, unanswered } from './api.ts'
import { GATEWAY_PATH, type PowerLevel } from './credit-types.ts'

export interface ChatMessage {
  role: 'user' | 'assistant'
  content: string
}

export interface ChatOrder {
  model: string
  power: PowerLevel
  messages: readonly ChatMessage[]
  signal: AbortSignal
  /** The answer's text so far. */
  onText: (text: string) => void
}

/** What an answer cost, as far as it was told. */
export interface ChatEnd {
  model: string | null
  costUsd: string | null
  heldUsd: string | null
  inputTokens: number | null
  outputTokens: number | null
  /** Who counted: `provider`, `gateway-count` or `estimate`. */
  usageSource: string | null
  requestId: string | null
  ms: number
}

interface Chunk {
  model?: string
  choices?: { delta?: { content?: string | null } }[]
  usage?: { prompt_tokens?: number; completion_tokens?: number } | null
  flareflow?: { cost_usd?: string; usage_source?: string }
  error?: { message?: string; code?: string | null }
}

const BROKEN = 'The answer broke off. What the model had answered by then is charged; the history has its cost.'
const SILENCE = silenceOf('a model was asked. If one was, the history has its cost.')

function startOf(order: ChatOrder): Promise<Response> {
  const { model, power, messages, signal } = order
  const body = { model, messages, stream: true, stream_options: { include_usage: true } }
  return fetch(`${GATEWAY_PATH}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-power-level': power },
    body: JSON.stringify(body),
    signal,
  }).catch((cause: unknown) => {
    if (signal.aborted) throw cause
    throw unanswered(SILENCE)
  })
}

/** Adds what a chunk says; returns the text that it brings. */
function take(end: ChatEnd, chunk: Chunk): string {
  if (chunk.error) throw new ApiError(chunk.error.code ?? 'internal', chunk.error.message ?? BROKEN, 0)
  end.model ??= chunk.model ?? null
  end.inputTokens = chunk.usage?.prompt_tokens ?? end.inputTokens
  end.outputTokens = chunk.usage?.completion_tokens ?? end.outputTokens
  end.costUsd = chunk.flareflow?.cost_usd ?? end.costUsd
  end.usageSource = chunk.flareflow?.usage_source ?? end.usageSource
  return chunk.choices?.[0]?.delta?.content ?? ''
}

/** Sends a chat as the signed-in account, reads the answer as it comes. Throws `ApiError`, or the signal's reason. */
export async function streamChat(order: ChatOrder): Promise<ChatEnd> {
  const began = performance.now()
  const end = await readAnswer(await startOf(order), order)
  end.ms = Math.round(performance.now() - began)
  return end
}

/** Reads an answer to its end. Throws `ApiError`, or the signal's reason. */
export async function readAnswer(
  response: Response,
  { signal, onText }: Pick<ChatOrder, 'signal' | 'onText'>,
): Promise<ChatEnd> {
  const broken = (cause: unknown): never => {
    if (signal.aborted) throw cause
    throw new ApiError('network', BROKEN, 0)
  }
  if (!response.ok || !response.body) {
    throw toApiError(response.status, jsonOrNull(await response.text().catch(() => '')), SILENCE)
  }
  const header = (name: string): string | null => response.headers.get(name)
  const end: ChatEnd = {
    model: null,
    costUsd: header('x-flareflow-cost-usd'),
    heldUsd: header('x-flareflow-held-usd'),
    inputTokens: null,
    outputTokens: null,
    usageSource: header('x-flareflow-usage-source'),
    requestId: header('x-request-id'),
    ms: 0,
  }
  const events = createSseReader()
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const read = () => reader.read().catch(broken)
  let text = ''
  for (let part = await read(); !part.done; part = await read()) {
    for (const { data } of events.push(part.value)) {
      if (data === null || data === '[DONE]') continue
      const chunk = jsonOrNull(data)
      if (typeof chunk !== 'object' || chunk === null) throw new ApiError('internal', BROKEN, 0)
      text += take(end, chunk as Chunk)
    }
    onText(text)
  }
  return end
}
