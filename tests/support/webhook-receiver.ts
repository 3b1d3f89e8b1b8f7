import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'

export interface ReceivedWebhook {
  readonly id: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A receiver of webhooks as a customer would write one: it checks the signature, the time and the id itself. */
export interface WebhookReceiver {
  readonly url: string
  /** Everything that came, in order; also repeats. */
  readonly received: ReceivedWebhook[]
  /** What it answers on a path; 200 unless set. `hang`: nothing, for ever. */
  readonly answers: Map<string, number | 'hang'>
  /** Runs when a delivery has come and before it is answered. */
  onReceived: (webhook: ReceivedWebhook) => Promise<void> | void
  close(): void
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = []
  const answers = new Map<string, number | 'hang'>()
  const state = { onReceived: (_webhook: ReceivedWebhook): Promise<void> | void => {} }
  const server = createServer((request, response) => {
    void (async () => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      const { url: path = '', headers } = request
      const webhook = { id: String(headers['x-flareflow-id']), path, headers, body }
      received.push(webhook)
      await state.onReceived(webhook)
      const answer = answers.get(path) ?? 200
      if (answer === 'hang') return
      response.writeHead(answer, { location: 'http://127.0.0.1:1/' }).end('thanks')
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  return Object.assign(state, { url: `http://127.0.0.1:${address.port}`, received, answers, close })
}

const WINDOW_SECONDS = 300

/** Whether a receiver may trust what came: the signature over time and body is right, and the time is now. */
export function isGenuine({ headers, body }: Pick<ReceivedWebhook, 'headers' | 'body'>, secret: string): boolean {
  const timestamp = String(headers['x-flareflow-timestamp'])
  const expected = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
  const age = Math.abs(Date.now() / 1000 - Number(timestamp))
  return headers['x-flareflow-signature'] === `v1=${expected}` && age <= WINDOW_SECONDS
}
