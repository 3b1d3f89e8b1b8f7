import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { lookup as systemLookup } from 'node:dns'
import { createServer, type Server } from 'node:net'
import { Agent, fetch as plainFetch } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGuardedFetch, parseOutboundUrl } from '#services/clients/guarded-fetch/index.ts'
import { isPublicAddress } from '#services/clients/guarded-fetch/public-address.ts'
import { hostileNames, hostileUrls } from '#tests/support/hostile-urls.ts'

/** Counts who reaches it, on every address of this machine. */
let canary: Server
let port: number
let reached = 0
let web: HttpServer
let webUrl: string
const served: string[] = []

const portOf = (server: Server | HttpServer): number => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return address.port
}

beforeAll(async () => {
  canary = createServer((socket) => {
    reached += 1
    socket.on('error', () => {})
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
  })
  canary.listen(0, '::')
  await once(canary, 'listening')
  port = portOf(canary)
  web = createHttpServer((request, response) => {
    served.push(request.url ?? '')
    if (request.url === '/redirect') response.writeHead(307, { location: `http://127.0.0.1:${port}/` })
    response.end('answer')
  })
  web.listen(0, '127.0.0.1')
  await once(web, 'listening')
  webUrl = `http://127.0.0.1:${portOf(web)}`
})
afterAll(() => {
  canary.close()
  web.close()
  web.closeAllConnections()
})

const resolve = (hostname: string): Promise<readonly string[]> => {
  const addresses = hostileNames[hostname.toLowerCase().replace(/\.$/, '')]
  return addresses ? Promise.resolve(addresses) : Promise.reject(new Error(`ENOTFOUND ${hostname}`))
}

async function codeOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked
    return 'answered'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

describe('addresses inside', () => {
  test('none of more than 200 hostile addresses reaches a listener of this machine', async () => {
    const guarded = createGuardedFetch({ reach: 'public', resolve })
    const urls = hostileUrls(port)
    expect(new Set(urls).size).toBeGreaterThan(200)
    reached = 0
    const outcomes = new Map<string, string>()
    for (const url of urls) outcomes.set(url, await codeOf(guarded(url)))
    expect([...outcomes].filter(([, code]) => code !== 'address_refused')).toEqual([])
    expect(reached).toBe(0)
    await guarded.close()
  })

  test('the same addresses reach it through a fetch that judges the text of an address', async () => {
    const looksInside = /^https?:\/\/(localhost|127\.|10\.|192\.168\.|169\.254\.|\[::1\])/i
    const dispatcher = new Agent({
      connect: {
        timeout: 1_000,
        rejectUnauthorized: false,
        lookup: (hostname, options, callback) => {
          const [address] = hostileNames[hostname] ?? []
          if (address === '127.0.0.1' && options.all) callback(null, [{ address, family: 4 }])
          else systemLookup('nowhere.invalid', options, callback)
        },
      },
    })
    reached = 0
    for (const url of [
      'http://2130706433',
      'http://0x7f.1',
      'http://[::ffff:7f00:1]',
      'http://loopback.attacker.example',
    ]) {
      if (!looksInside.test(url)) await codeOf(plainFetch(`${url}:${port}/`, { dispatcher }))
    }
    expect(reached).toBe(4)
    await dispatcher.destroy()
  })

  /** Answers with what stands for a public address first, then with this machine. */
  const rebinding = (first: string) => {
    let asked = 0
    return (): Promise<readonly string[]> => {
      asked += 1
      return Promise.resolve([asked % 2 === 1 ? first : '127.0.0.1'])
    }
  }

  test('a name that answers otherwise when it is asked again gains nothing', async () => {
    const guarded = createGuardedFetch({ reach: 'public', resolve: rebinding('192.0.2.1') })
    reached = 0
    for (let tries = 0; tries < 6; tries += 1) {
      expect(await codeOf(guarded(`https://rebind.attacker.example:${port}/`))).toBe('address_refused')
    }
    expect(reached).toBe(0)
    await guarded.close()
  })

  test('the same name gets through a guard that resolves once to check and once to connect', async () => {
    const answers = ['93.184.216.34', '127.0.0.1']
    const resolveAgain = (): string => answers.shift() ?? ''
    expect(isPublicAddress(resolveAgain())).toBe(true)
    const dispatcher = new Agent({
      connect: { lookup: (_hostname, _options, callback) => callback(null, [{ address: resolveAgain(), family: 4 }]) },
    })
    reached = 0
    await plainFetch(`http://rebind.attacker.example:${port}/`, { dispatcher })
    expect(reached).toBe(1)
    await dispatcher.destroy()
  })

  test('the check and the connection use one answer of the resolver', async () => {
    let asked = 0
    const guarded = createGuardedFetch({
      reach: 'loopback',
      resolve: () => {
        asked += 1
        return Promise.resolve(asked === 1 ? ['127.0.0.1'] : ['10.255.255.1'])
      },
    })
    expect((await guarded(webUrl.replace('127.0.0.1', 'rebind.example'))).status).toBe(200)
    expect(asked).toBe(1)
    await guarded.close()
  })
})

describe('what is let through', () => {
  test('this machine where it is allowed, and nothing else inside', async () => {
    const guarded = createGuardedFetch({ reach: 'loopback', resolve })
    const response = await guarded(`${webUrl}/hook`)
    expect([response.status, await response.text()]).toEqual([200, 'answer'])
    for (const url of ['http://10.0.0.1/', 'http://169.254.169.254/', 'http://0.0.0.0/', 'http://[fd00::1]/']) {
      expect(await codeOf(guarded(url))).toBe('address_refused')
    }
    await guarded.close()
  })

  test('a redirect is an answer; where it leads is never asked', async () => {
    const guarded = createGuardedFetch({ reach: 'loopback' })
    reached = 0
    const response = await guarded(`${webUrl}/redirect`)
    await response.body?.cancel()
    expect(response.status).toBe(307)
    expect(reached).toBe(0)
    await guarded.close()
  })

  test.each(['93.184.216.34', '8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  )

  test('https alone, and no user name, outside of development', () => {
    const strict = { reach: 'public' } as const
    expect(parseOutboundUrl('https://hooks.example/in?x=1', strict).hostname).toBe('hooks.example')
    expect(() => parseOutboundUrl('http://hooks.example/', strict)).toThrow('http:')
    expect(() => parseOutboundUrl('https://me@hooks.example/', strict)).toThrow('user name')
  })
})
