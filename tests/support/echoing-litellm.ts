import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'

/** A LiteLLM that is broken in the worst way: every answer is a 400 that repeats all it was sent. */
export interface EchoingLitellm {
  url: string
  /** Everything that it was sent, headers first. */
  heard: string[]
  close(): void
}

export async function startEchoingLitellm(): Promise<EchoingLitellm> {
  const heard: string[] = []
  const server = createServer((request, response) => {
    void readAll(request).then((body) => {
      const all = `${JSON.stringify(request.headers)} ${body}`
      heard.push(all)
      // Deleting what isn't there is no fault, so that the key itself is sent too.
      const missing = request.url?.includes('/key/delete')
      response.writeHead(missing ? 404 : 400, { 'content-type': 'application/json', 'x-echo': encodeURIComponent(all) })
      response.end(JSON.stringify({ error: { message: `cannot do ${all}`, type: all, param: all, code: '400' } }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return { url: `http://127.0.0.1:${address.port}`, heard, close: () => server.close() }
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}
