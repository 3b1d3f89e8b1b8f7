import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { contractAddresses } from '#lib/flow/addresses.ts'
import { createChainClient } from '#services/clients/flow/index.ts'
import { anyFreePort } from '#services/local/ports.ts'

let server: Server | null = null

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = null
})

async function clientOf(answer: RequestListener, timeoutMs?: number) {
  server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return clientAt((server.address() as AddressInfo).port, timeoutMs)
}

const clientAt = (port: number, timeoutMs = 10_000) =>
  createChainClient({
    network: 'emulator',
    accessNode: `http://127.0.0.1:${port}`,
    addresses: contractAddresses('emulator', '0xf8d6e0586b0a20c7'),
    timeoutMs,
  })

const unreachable = (outcome: string) => ({ code: 'chain_unreachable', retryable: true, details: { outcome } })

test('a node that nobody listens at: nothing was sent', async () => {
  await expect(clientAt(await anyFreePort()).latestBlock()).rejects.toMatchObject(unreachable('not_sent'))
})

test('a node that never answers: the wait ends, the outcome is unknown', async () => {
  const client = await clientOf(() => {}, 300)
  await expect(client.latestBlock()).rejects.toMatchObject(unreachable('unknown'))
})

test('a node that stops in the middle of its answer: the wait ends too', async () => {
  const client = await clientOf((_request, response) => {
    response.writeHead(200)
    response.write('[')
  }, 300)
  await expect(client.latestBlock()).rejects.toMatchObject(unreachable('unknown'))
})

test.each<[string, RequestListener]>([
  ['breaks the connection', (request) => request.socket.destroy()],
  ['answers 500', (_request, response) => response.writeHead(500).end('{"code":500,"message":"no"}')],
  ['answers 429', (_request, response) => response.writeHead(429).end('slow down')],
  ['answers something else than JSON', (_request, response) => response.end('<html>')],
  ['answers JSON of another shape', (_request, response) => response.end('[{"header":{}}]')],
])('a node that %s: the outcome is unknown and may be tried again', async (_case, answer) => {
  await expect((await clientOf(answer)).latestBlock()).rejects.toMatchObject(unreachable('unknown'))
})

test('a node that refuses says why, and trying again is of no use', async () => {
  const client = await clientOf((_request, response) =>
    response.writeHead(400).end('{"code":400,"message":"too wide"}'),
  )
  await expect(client.events('flow.AccountCreated', 1, 2)).rejects.toMatchObject({
    code: 'chain_refused',
    retryable: false,
    internal: expect.stringContaining('too wide'),
  })
})
