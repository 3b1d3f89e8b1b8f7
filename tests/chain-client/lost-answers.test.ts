import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { contractAddresses } from '#lib/flow/addresses.ts'
import { type ChainClient, createChainClient, generateFlowKey } from '#services/clients/flow/index.ts'
import { type OwnEmulator, startOwnEmulator } from '#tests/support/own-emulator.ts'

/** What becomes of the next requests, one word each: the wire to the real emulator. */
type Fate = 'pass' | 'lose request' | 'lose answer'

let emulator: OwnEmulator
let wire: Server
let chain: ChainClient
let fates: Fate[]

beforeAll(async () => {
  emulator = await startOwnEmulator()
})
afterAll(() => emulator.close())

beforeEach(async () => {
  fates = []
  wire = createServer((incoming, outgoing) => {
    const fate = incoming.method === 'POST' ? (fates.shift() ?? 'pass') : 'pass'
    if (fate === 'lose request') return void incoming.socket.destroy()
    const target = new URL(incoming.url ?? '', emulator.url)
    const onward = request(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
      if (fate === 'lose answer') return void answer.resume().on('end', () => incoming.socket.destroy())
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  wire.listen(0, '127.0.0.1')
  await once(wire, 'listening')
  const { port } = wire.address() as AddressInfo
  const addresses = contractAddresses('emulator', emulator.service.address)
  chain = createChainClient({ network: 'emulator', accessNode: `http://127.0.0.1:${port}`, addresses })
})
afterEach(() => {
  wire.closeAllConnections()
  wire.close()
})

const createAccount = () => ({ publicKey: generateFlowKey().publicKey, amount: '1.0' })

async function accountsSince(height: number): Promise<string[]> {
  const { height: now } = await emulator.chain.latestBlock()
  return (await emulator.chain.events('flow.AccountCreated', height + 1, now)).map(({ txId }) => txId)
}

test.each<[string, Fate[]]>([
  ['its answer is lost', ['lose answer']],
  ['the request is lost', ['lose request']],
  ['both happen', ['lose request', 'lose answer']],
])('a transaction is executed once when %s', async (_case, happening) => {
  const { height } = await emulator.chain.latestBlock()
  fates = [...happening]
  const { txId } = await chain.send('account/create_account', createAccount(), emulator.service)
  expect(fates).toEqual([])
  expect(await accountsSince(height)).toEqual([txId])
})

test('when every answer is lost the caller learns that the outcome is unknown, and finds it by the id', async () => {
  const { height } = await emulator.chain.latestBlock()
  const prepared = await chain.prepare('account/create_account', createAccount(), emulator.service)
  fates = ['lose answer']
  await expect(prepared.send()).rejects.toMatchObject({ code: 'chain_unreachable', details: { outcome: 'unknown' } })
  expect(await chain.status(prepared.txId, prepared.preparedAtHeight)).toMatchObject({ state: 'sealed' })
  await prepared.send()
  expect(await accountsSince(height)).toEqual([prepared.txId])
})
