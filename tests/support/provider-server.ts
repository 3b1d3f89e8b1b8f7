import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { sendStream, sendWhole } from './model-server.ts'

/** What the stand-in does with the next calls instead of answering. */
export type ProviderMood =
  | 'well'
  | 'echo'
  | 'redirect'
  | 'busy'
  | 'broken'
  | 'silent'
  | 'endless'
  | 'long-event'
  | 'half'
  | 'empty'

/** A stand-in for a model provider: OpenAI's protocol, one key that it takes. */
export interface ProviderServer {
  /** As a base address. */
  readonly url: string
  readonly key: string
  readonly requests: { path: string; headers: IncomingHttpHeaders; body: Record<string, unknown> | null }[]
  mood: ProviderMood
  /** What a good answer says. */
  content: string
  /** Connections that are open. */
  connections(): Promise<number>
  /** Answers the calls that it has kept silent about. */
  answerLate(): void
  close(): Promise<void>
}

const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 }

export async function startProviderServer(key: string): Promise<ProviderServer> {
  const silent: (() => void)[] = []
  const server = createServer(async (request, response) => {
    const raw = await text(request)
    const body = raw === '' ? null : (JSON.parse(raw) as Record<string, unknown>)
    const path = (request.url ?? '').replace(/^\/v1/, '')
    provider.requests.push({ path, headers: request.headers, body })
    if (provider.mood === 'silent') await new Promise<void>((resolve) => silent.push(resolve))
    else if (provider.mood !== 'well')
      return void misbehave(response, provider.mood, request.headers.authorization ?? '')
    if (request.headers.authorization !== `Bearer ${key}`) {
      const message = `Incorrect API key provided: ${request.headers.authorization}.`
      return void sendJson(response, 401, { error: { message, code: 'invalid_api_key' } })
    }
    if (path === '/models') return void sendJson(response, 200, { object: 'list', data: [] })
    const answer = { id: 'chatcmpl-own', usage, content: provider.content }
    return body?.['stream'] === true ? sendStream(response, answer) : sendWhole(response, answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  const provider: ProviderServer = {
    url: `http://127.0.0.1:${address.port}/v1`,
    key,
    requests: [],
    mood: 'well',
    content: 'Hello',
    connections: () => promisify(server.getConnections.bind(server))(),
    answerLate: () => silent.splice(0).forEach((answer) => answer()),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return provider
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'retry-after': '7',
    'set-cookie': 'provider=1',
    'x-request-id': 'req_of_provider',
  })
  response.end(JSON.stringify(body))
}

function misbehave(
  response: ServerResponse,
  mood: Exclude<ProviderMood, 'well' | 'silent'>,
  authorization: string,
): void {
  switch (mood) {
    case 'echo':
      return sendJson(response, 400, { error: { message: `You sent ${authorization}, with ${authorization} in it.` } })
    case 'redirect':
      response.writeHead(307, { location: `http://127.0.0.1:1/?key=${authorization}` })
      return void response.end()
    case 'busy':
      return sendJson(response, 429, { error: { message: `Too many requests of ${authorization}` } })
    case 'broken':
      return void response.destroy()
    case 'half':
      response.writeHead(500, { 'content-type': 'application/json', 'content-length': '1000' })
      return void response.write('{"error":', () => response.destroy())
    case 'empty':
      return void response.writeHead(204).end()
    case 'long-event':
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      // It begins well, and then waits in the middle of an event for as long as it is let.
      return void response.write(`data: {"choices":[]}\n\ndata: ${'x'.repeat(300 * 1024)}`)
    case 'endless':
      response.writeHead(200, { 'content-type': 'application/json' })
      return pour(response)
  }
}

/** More than anybody may have to keep. */
function pour(response: ServerResponse): void {
  const chunk = Buffer.alloc(1024 * 1024, 'x')
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more)
  }
  more()
}
