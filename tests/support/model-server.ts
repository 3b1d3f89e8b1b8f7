import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

/** What the server of a model says of a call. */
export interface ModelAnswer {
  /** The response's id. */
  readonly id: string
  readonly usage: Readonly<Record<string, unknown>>
  readonly content?: string
}

/** An OpenAI-compatible server of a model that answers what a test decides, streamed or whole. */
export interface ModelServer {
  /** The base address, as LiteLLM's `api_base` wants it. */
  readonly url: string
  /** Answers of the next calls, in order; the last one goes on. */
  answers: ModelAnswer[]
  close(): Promise<void>
}

export async function startModelServer(): Promise<ModelServer> {
  const server = createServer(async (request, response) => {
    const body = await text(request)
    if (request.method !== 'POST') return void response.writeHead(404).end()
    const { stream } = JSON.parse(body) as { stream?: boolean }
    const answer = models.answers.length > 1 ? models.answers.shift() : models.answers[0]
    if (!answer) throw new Error('The test gave no answer.')
    return stream ? sendStream(response, answer) : sendWhole(response, answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  const models: ModelServer = {
    url: `http://127.0.0.1:${address.port}/v1`,
    answers: [],
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return models
}

const created = 1_795_000_000
const model = 'gpt-4o-2024-08-06'

export function sendWhole(response: ServerResponse, { id, usage, content = 'Hello' }: ModelAnswer): void {
  const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }]
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ id, object: 'chat.completion', created, model, choices, usage }))
}

export function sendStream(response: ServerResponse, { id, usage, content = 'Hello' }: ModelAnswer): void {
  const chunk = (choices: unknown[], more: object = {}): void =>
    void response.write(
      `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created, model, choices, ...more })}\n\n`,
    )
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  chunk([{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }])
  chunk([{ index: 0, delta: {}, finish_reason: 'stop' }])
  chunk([], { usage })
  response.end('data: [DONE]\n\n')
}
