import { once } from 'node:events'
import { createServer } from 'node:http'
import { contractAddresses } from '#lib/flow/addresses.ts'
import { type ChainClient, createChainClient } from '#services/clients/flow/index.ts'
import type { ChainWorld } from './chain-world.ts'

/** What a vault's report says in place of the truth, as Cadence's JSON. */
type Oddity = Readonly<Record<string, unknown>>

/** The latest expiry that contracts of other versions take. */
export const FAR_EXPIRY: Oddity = {
  expiresAt: { type: 'Optional', value: { type: 'UInt64', value: (2n ** 64n - 1n).toString() } },
}

/** FLOW asked back, as much as a UFix64 can say: `request_return` refuses it, a transaction of one's own need not. */
export const MUCH_ASKED_BACK: Oddity = {
  pendingReturn: {
    type: 'Optional',
    value: {
      type: 'Struct',
      value: {
        fields: [
          { name: 'amount', value: { type: 'Optional', value: { type: 'UFix64', value: '184467440737.09551615' } } },
          { name: 'actsAt', value: { type: 'UInt64', value: '1' } },
          { name: 'proposal', value: { type: 'Optional', value: null } },
        ],
      },
    },
  },
}

/** Nothing that this version knows. */
export const UNKNOWN_STATUS: Oddity = { status: { type: 'String', value: 'dormant' } }

export interface OddChain extends AsyncDisposable {
  readonly chain: ChainClient
}

/** The run's chain by a node that tells of one vault as contracts of another version would. */
export async function openOddChain(world: ChainWorld, vaultId: bigint, oddity: Oddity): Promise<OddChain> {
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const { method = 'GET', url = '' } = incoming
      const sent = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>))
      const answer = await fetch(new URL(url, world.accessNode), { method, ...(sent.length > 0 ? { body: sent } : {}) })
      const text = await answer.text()
      const isResult = answer.ok && url.includes('/scripts')
      outgoing.writeHead(answer.status).end(isResult ? retold(text, vaultId, oddity) : text)
    })().catch(() => incoming.socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  const chain = createChainClient({
    network: 'emulator',
    accessNode: `http://127.0.0.1:${address.port}`,
    addresses: contractAddresses('emulator', world.contractAddress),
  })
  return {
    chain,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await Promise.resolve()
    },
  }
}

interface Field {
  name: string
  value: unknown
}

/** A script's answer with the vault's report changed. */
function retold(answer: string, vaultId: bigint, oddity: Oddity): string {
  const json = Buffer.from(JSON.parse(answer) as string, 'base64').toString('utf8')
  const changed = JSON.stringify(JSON.parse(json), (_key, value: unknown) => {
    const fields = typeof value === 'object' && value !== null && 'fields' in value ? (value.fields as Field[]) : []
    const isReport = fields.some(({ name }) => name === 'serviceName')
    const isOdd = fields.some(({ name, value: id }) => name === 'id' && JSON.stringify(id).includes(`"${vaultId}"`))
    if (!isReport || !isOdd) return value
    return { ...(value as object), fields: fields.map((each) => ({ ...each, value: oddity[each.name] ?? each.value })) }
  })
  return JSON.stringify(Buffer.from(changed, 'utf8').toString('base64'))
}
