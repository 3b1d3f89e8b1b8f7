import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

/** Stands in for LiteLLM where it would be the bottleneck: answers at once, and knows every key. */
export interface BareModel {
  readonly url: string
  close(): void
}

const answer = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1_795_000_000,
  model: 'bench',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello' } }],
  usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
})
const chunk = `data: ${JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion.chunk',
  created: 1_795_000_000,
  model: 'bench',
  choices: [{ index: 0, delta: { content: 'Hello' }, finish_reason: null }],
})}\n\n`
const lastChunk = `data: ${JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion.chunk',
  choices: [],
  usage: { prompt_tokens: 10, completion_tokens: 20 },
})}\n\ndata: [DONE]\n\n`

const models = {
  data: [{ model_name: 'bench', litellm_params: { model: 'together_ai/bench' }, model_info: { mode: 'chat' } }],
}

function json(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

export async function startBareModel(): Promise<BareModel> {
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/'
    const body = await text(request)
    if (path.startsWith('/model/info')) return json(response, JSON.stringify(models))
    if (path.startsWith('/key/list')) return json(response, '{"keys":[]}')
    if (path.startsWith('/key/info')) return void response.writeHead(404).end('{}')
    if (path.startsWith('/key/')) {
      const { key } = JSON.parse(body) as { key: string }
      return json(response, JSON.stringify({ key, token: createHash('sha256').update(key).digest('hex') }))
    }
    if (!body.includes('"stream":true')) return json(response, answer)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(chunk)
    // A stream that is asked to stay open does.
    if (!body.includes('stay open')) response.end(lastChunk)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = address && typeof address === 'object' ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
