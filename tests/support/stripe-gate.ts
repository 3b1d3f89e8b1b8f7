import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { useStripeMock } from './stack.ts'

interface SeenCall {
  readonly path: string
  readonly key: string | null
  readonly params: Readonly<Record<string, string>>
}

/** How the gate treats the calls that come next. */
type Fault = 'none' | 'lost-answer' | 'unavailable' | { readonly declined: string }

export interface StripeGate extends AsyncDisposable {
  readonly url: string
  /** Every call that came, the repeated ones too. */
  readonly calls: SeenCall[]
  fault: Fault
  /** Planted: idempotency keys mean nothing, and every call is carried out. */
  isForgetful: boolean
  /** What Stripe would have done: calls of this path, one for each idempotency key. */
  made(path: string): SeenCall[]
}

interface Answer {
  readonly status: number
  readonly body: string
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * Stands before stripe-mock and adds what that lacks of Stripe: an idempotency key gives its first answer again, other
 * parameters under it are refused, a session has no payment before it is paid. It can lose an answer after the call was
 * carried out, and decline.
 */
export async function openStripeGate(): Promise<StripeGate> {
  const { url: mock } = await useStripeMock()
  const answers = new Map<string, { text: string; answer: Promise<Answer> }>()

  async function forward(request: IncomingMessage, text: string): Promise<Answer> {
    if (typeof gate.fault === 'object') {
      const error = { type: 'card_error', code: gate.fault.declined, message: 'Refused.' }
      return { status: 402, body: JSON.stringify({ error }) }
    }
    const headers = {
      authorization: request.headers.authorization ?? '',
      'content-type': 'application/x-www-form-urlencoded',
    }
    const response = await fetch(`${mock}${request.url ?? ''}`, { method: 'POST', headers, body: text })
    const body = (await response.json()) as Record<string, unknown>
    if (body['object'] === 'checkout.session') body['payment_intent'] = null
    return { status: response.status, body: JSON.stringify(body) }
  }

  function answerFor(request: IncomingMessage, text: string, key: string | null): Promise<Answer> {
    if (key === null || gate.isForgetful) return forward(request, text)
    const known = answers.get(key)
    if (known && known.text !== text) {
      const error = { type: 'idempotency_error', message: 'Other parameters were given with this key.' }
      return Promise.resolve({ status: 400, body: JSON.stringify({ error }) })
    }
    const entry = known ?? { text, answer: forward(request, text) }
    answers.set(key, entry)
    return entry.answer
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readAll(request)
    const key = [request.headers['idempotency-key']].flat()[0] ?? null
    const params = Object.fromEntries(new URLSearchParams(text))
    gate.calls.push({ path: request.url ?? '', key, params })
    if (gate.fault === 'unavailable') return void response.writeHead(503).end('{}')
    const { status, body } = await answerFor(request, text, key)
    if (gate.fault === 'lost-answer') return void response.destroy()
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  }

  const server = createServer((request, response) => void serve(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  const gate: StripeGate = {
    url: `http://127.0.0.1:${address.port}`,
    calls: [],
    fault: 'none',
    isForgetful: false,
    made: (path) => {
      const calls = gate.calls.filter((call) => call.path === path)
      const nameOf = ({ key }: SeenCall, i: number) => (gate.isForgetful ? null : key) ?? String(i)
      return [...new Map(calls.map((call, i) => [nameOf(call, i), call])).values()]
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
  return gate
}
