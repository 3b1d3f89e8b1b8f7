import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * A model's server that does what the last message says: `slow`, `endless`, `late`, `uncounted`, `fail`, call a tool,
 * or greet.
 */
export interface ScriptedModel {
  /** As LiteLLM's `api_base` wants it. */
  readonly url: string
  /** Streams that were written to their end. */
  readonly finished: () => number
  /** Bodies that it was sent. */
  readonly heard: readonly Readonly<Record<string, unknown>>[]
  close(): Promise<void>
}

interface Asked {
  readonly stream?: boolean
  readonly messages?: readonly { readonly content: unknown }[]
  /** Instead of messages, where it is asked for a response. */
  readonly input?: unknown
  /** Instead of messages, where it is asked to complete a text. */
  readonly prompt?: unknown
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
}

const usage = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 }
const about = { id: 'chatcmpl-scripted', created: 1_795_000_000, model: 'scripted' }
const LATE_MS = 3_000
const SLOW = { chunks: 30, ms: 60 }
const ENDLESS = { chunks: 600, ms: 100 }
const FAST = { chunks: 4, ms: 0 }

type Pace = typeof SLOW

function paceOf(wish: string): Pace {
  if (wish.includes('endless')) return ENDLESS
  return wish.includes('slow') ? SLOW : FAST
}

export async function startScriptedModel(): Promise<ScriptedModel> {
  let finished = 0
  const heard: Record<string, unknown>[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    // Whoever looks whether there is a model, or left before they had asked.
    if (body === '') return void response.writeHead(404).end()
    const asked = JSON.parse(body) as Asked & Record<string, unknown>
    heard.push(asked)
    const wish = JSON.stringify(asked.messages?.at(-1)?.content ?? asked.input ?? asked.prompt ?? '')
    const told = wish.includes('uncounted') ? {} : { usage }
    if (wish.includes('late')) await sleep(LATE_MS)
    if (wish.includes('fail')) return void fail(response)
    if (asked.input !== undefined) await respond(response, asked, paceOf(wish), told)
    else if (asked.stream) await stream(response, asked, paceOf(wish), told)
    else whole(response, asked, told)
    finished += 1
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    finished: () => finished,
    heard,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function fail(response: ServerResponse): void {
  response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '1' })
  response.end(JSON.stringify({ error: { message: 'too many requests', type: 'rate_limit', code: 'rate_limit' } }))
}

function whole(response: ServerResponse, { tools }: Asked, told: object): void {
  const name = tools?.[0]?.function.name
  const call = { id: 'call_1', type: 'function', function: { name, arguments: '{"city":"Bern"}' } }
  const message = name
    ? { role: 'assistant', content: null, tool_calls: [call] }
    : { role: 'assistant', content: 'Hello' }
  const choices = [{ index: 0, finish_reason: name ? 'tool_calls' : 'stop', message }]
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ ...about, object: 'chat.completion', choices, ...told }))
}

/** As `/responses` answers. */
async function respond(response: ServerResponse, { stream: isStream }: Asked, pace: Pace, told: object): Promise<void> {
  const content = [{ type: 'output_text', text: 'Hello', annotations: [] }]
  const output = [{ type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content }]
  const counts = {
    input_tokens: usage.prompt_tokens,
    output_tokens: usage.completion_tokens,
    total_tokens: usage.total_tokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  }
  const settings = { parallel_tool_calls: true, tool_choice: 'auto', tools: [], error: null, incomplete_details: null }
  const head = { id: 'resp_scripted', object: 'response', created_at: about.created, model: about.model }
  const answered = { ...head, status: 'completed', output, ...settings, ...('usage' in told ? { usage: counts } : {}) }
  if (!isStream) {
    response.writeHead(200, { 'content-type': 'application/json' })
    return void response.end(JSON.stringify(answered))
  }
  const say = (type: string, more: object): void =>
    void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  say('response.created', { response: { ...head, status: 'in_progress', output: [], ...settings } })
  for (let i = 0; i < pace.chunks; i += 1) {
    say('response.output_text.delta', { item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'word ' })
    if (pace.ms > 0) await sleep(pace.ms)
  }
  say('response.completed', { response: answered })
  response.end()
}

async function stream(response: ServerResponse, { prompt }: Asked, pace: Pace, told: object): Promise<void> {
  const isText = prompt !== undefined
  const object = isText ? 'text_completion' : 'chat.completion.chunk'
  const part = (text: string) => (isText ? { text } : { delta: text ? { role: 'assistant', content: text } : {} })
  const say = (choices: unknown[], more: object = {}): void =>
    void response.write(`data: ${JSON.stringify({ ...about, object, choices, ...more })}\n\n`)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (let i = 0; i < pace.chunks; i += 1) {
    say([{ index: 0, ...part('word '), finish_reason: null }])
    if (pace.ms > 0) await sleep(pace.ms)
  }
  say([{ index: 0, ...part(''), finish_reason: 'stop' }])
  if ('usage' in told) say([], told)
  response.end('data: [DONE]\n\n')
}
