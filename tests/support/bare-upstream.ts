import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CatalogueModel } from '#lib/gateway/catalogue.ts'
import { sha256 } from './llm-calls.ts'

/** What a call was sent with. */
export interface HeardCall {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Readonly<Record<string, unknown>>
}

/** How the next calls are answered. */
export interface UpstreamPlan {
  /** Null: no counts are told. */
  usage: Readonly<Record<string, unknown>> | null
  status: number
  /** Before the first byte. */
  delayMs: number
  /** Pieces of a stream, and the pause between two of them. */
  chunks: number
  chunkMs: number
  /** `cut`: the connection breaks in the middle. `error`: an error stands in the stream. `hang`: nothing more comes. */
  fault: 'cut' | 'error' | 'hang' | null
  /** What the answer says beside its shape. */
  content: string
}

/** A stand-in for LiteLLM that answers at once what a test decides, where a real one adds nothing. */
export interface BareUpstream {
  readonly url: string
  readonly heard: HeardCall[]
  /** How often it was asked whether it is ready. */
  looks: number
  /** Streams that were written to their last byte, and those whose caller left. */
  readonly ended: { whole: number; left: number }
  readonly keys: Set<string>
  models: CatalogueModel[]
  plan: UpstreamPlan
  close(): Promise<void>
}

const PLAN: UpstreamPlan = {
  usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
  status: 200,
  delayMs: 0,
  chunks: 3,
  chunkMs: 0,
  fault: null,
  content: 'Hello',
}

const MODELS: CatalogueModel[] = [
  { name: 'priced', provider: 'together', mode: 'chat' },
  { name: 'free', provider: 'groq', mode: 'chat' },
  { name: 'dear', provider: 'openai', mode: 'chat' },
  { name: 'unpriced', provider: 'mistral', mode: 'chat' },
  { name: 'vectors', provider: 'together', mode: 'embedding' },
  { name: 'openrouter/gpt-4o', provider: 'openrouter', mode: 'chat' },
  { name: 'gpt-4o', provider: 'openai', mode: 'chat' },
]

export async function startBareUpstream(): Promise<BareUpstream> {
  const server = createServer((request, response) => {
    answer(upstream, request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  const upstream: BareUpstream = {
    url: `http://127.0.0.1:${address.port}`,
    heard: [],
    looks: 0,
    ended: { whole: 0, left: 0 },
    keys: new Set(),
    models: [...MODELS],
    plan: { ...PLAN },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return upstream
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-litellm-response-cost': '0.5' })
  response.end(JSON.stringify(body))
}

async function answer(upstream: BareUpstream, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const sent = await text(request)
  const { pathname, searchParams } = new URL(request.url ?? '/', upstream.url)
  const body = sent === '' ? {} : (JSON.parse(sent) as Record<string, unknown>)
  if (pathname.startsWith('/key/')) return administrate(upstream, { pathname, searchParams, body }, response)
  if (pathname === '/health/readiness') {
    upstream.looks += 1
    await sleep(upstream.plan.delayMs)
    return json(response, 200, { status: 'healthy', db: 'connected' })
  }
  if (pathname === '/model/info') return json(response, 200, { data: upstream.models.map(modelInfo) })
  upstream.heard.push({ path: pathname, headers: request.headers, body })
  const key = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  if (!upstream.keys.has(sha256(key))) return json(response, 401, failure('no such key', '401'))
  const plan = { ...upstream.plan }
  if (plan.delayMs > 0) await sleep(plan.delayMs)
  if (plan.status >= 400) return json(response, plan.status, failure(`litellm.Err: ${plan.content}`, `${plan.status}`))
  if (body['stream'] === true) return stream(upstream, plan, pathname, response)
  if (plan.fault === 'hang') return undefined
  if (plan.fault === 'cut') return void response.destroy()
  json(response, 200, whole(pathname, plan))
}

const failure = (message: string, code: string) => ({ error: { message, type: 'x', param: null, code } })

const modelInfo = ({ name, provider, mode, upstream }: CatalogueModel) => ({
  model_name: name,
  litellm_params: { model: upstream ?? (name.startsWith(`${provider}/`) ? name : `${provider}/${name}`) },
  model_info: { mode },
})

function administrate(
  { keys }: BareUpstream,
  { pathname, searchParams, body }: { pathname: string; searchParams: URLSearchParams; body: Record<string, unknown> },
  response: ServerResponse,
): void {
  if (pathname === '/key/info') {
    const hash = searchParams.get('key') ?? ''
    return keys.has(hash) ? json(response, 200, { key: hash, info: { spend: 0 } }) : json(response, 404, {})
  }
  if (pathname === '/key/list') return json(response, 200, { keys: [] })
  const secret = String(body['key'])
  keys.add(sha256(secret))
  json(response, 200, { key: secret, token: sha256(secret), key_alias: body['key_alias'] })
}

const about = { id: 'answer-1', created: 1_795_000_000, model: 'served' }

function whole(path: string, { usage, content }: UpstreamPlan): object {
  const counts = usage === null ? {} : { usage }
  if (path.endsWith('/embeddings')) {
    return { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0.1] }], ...counts }
  }
  if (path.endsWith('/responses')) return { ...about, object: 'response', output: [], ...counts }
  const message = { role: 'assistant', content }
  return { ...about, object: 'chat.completion', choices: [{ index: 0, finish_reason: 'stop', message }], ...counts }
}

async function stream(upstream: BareUpstream, plan: UpstreamPlan, path: string, response: ServerResponse) {
  let hasLeft = false
  response.on('close', () => {
    hasLeft = !response.writableEnded
    if (hasLeft) upstream.ended.left += 1
  })
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  const isResponse = path.endsWith('/responses')
  const say = (data: unknown, name?: string): void => {
    if (!hasLeft) response.write(`${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(data)}\n\n`)
  }
  const chunk = (choices: unknown[], more: object = {}): void =>
    say({ ...about, object: 'chat.completion.chunk', choices, ...more })
  for (let i = 0; i < plan.chunks; i += 1) {
    if (hasLeft) return
    if (plan.fault !== null && i === Math.floor(plan.chunks / 2)) {
      if (plan.fault === 'cut') return void response.destroy()
      if (plan.fault === 'hang') return
      return void response.end(`data: ${JSON.stringify(failure('the model fell over', '500'))}\n\n`)
    }
    if (isResponse) say({ type: 'response.output_text.delta', delta: plan.content }, 'response.output_text.delta')
    else chunk([{ index: 0, delta: { content: plan.content }, finish_reason: null }])
    if (plan.chunkMs > 0) await sleep(plan.chunkMs)
  }
  if (hasLeft) return
  if (isResponse) {
    say({ type: 'response.completed', response: { ...about, usage: plan.usage } }, 'response.completed')
    response.end()
  } else {
    chunk([{ index: 0, delta: {}, finish_reason: 'stop' }])
    if (plan.usage !== null) chunk([{ index: 0, delta: {} }], { usage: plan.usage })
    response.end('data: [DONE]\n\n')
  }
  upstream.ended.whole += 1
}
