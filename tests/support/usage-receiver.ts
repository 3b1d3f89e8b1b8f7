import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type UsageEventWire, usageEventSchema } from '#lib/metering/usage-event.ts'

/** A collector's front door for tests of the plug-in: checks signatures, keeps what arrives, can be shut. */
export interface UsageReceiver {
  readonly url: string
  readonly secret: string
  /** Everything acknowledged so far, in order of arrival. */
  readonly events: readonly UsageEventWire[]
  /** Answers 503 until it is opened again. */
  shut(): void
  open(): void
  /** Batches turned away while shut. */
  readonly turnedAway: number
  /** The events of a key, as soon as there are that many. */
  eventsOf(keyHash: string, count: number): Promise<UsageEventWire[]>
  close(): Promise<void>
}

const batchSchema = z.object({
  source: z.literal('flareflow-meter'),
  version: z.literal(1),
  events: z.array(z.unknown()).min(1).max(500),
})
const waitMs = 60_000

export async function startUsageReceiver(secret: string): Promise<UsageReceiver> {
  const events: UsageEventWire[] = []
  let isOpen = true
  let turnedAway = 0

  function take(body: string, timestamp: string, signature: string): { status: number; said: object } {
    const expected = `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`
    if (signature !== expected) return { status: 401, said: {} }
    if (!isOpen) {
      turnedAway += 1
      return { status: 503, said: {} }
    }
    const given = JSON.parse(body) as { keys?: string[] }
    if (given.keys) return { status: 200, said: { unknownKeys: [] } }
    const batch = batchSchema.parse(given)
    // The schema is the product's own: what it refuses would become a dead letter.
    for (const event of batch.events) usageEventSchema.parse(event)
    events.push(...(batch.events as UsageEventWire[]))
    return { status: 200, said: { stored: batch.events.length, duplicates: 0, rejected: [] } }
  }

  const server = createServer(async (request, response) => {
    const header = (name: string) => String(request.headers[name])
    const body = await text(request)
    const { status, said } = take(body, header('x-flareflow-timestamp'), header('x-flareflow-signature'))
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  async function eventsOf(keyHash: string, count: number): Promise<UsageEventWire[]> {
    const deadline = Date.now() + waitMs
    for (;;) {
      const found = events.filter((event) => event.keyHash === keyHash)
      if (found.length >= count) return found
      if (Date.now() > deadline) throw new Error(`${found.length} of ${count} events arrived`)
      await sleep(20)
    }
  }

  return {
    url: `http://127.0.0.1:${portOf(server)}/webhook/usage`,
    secret,
    events,
    shut: () => void (isOpen = false),
    open: () => void (isOpen = true),
    get turnedAway() {
      return turnedAway
    },
    eventsOf,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return address.port
}
