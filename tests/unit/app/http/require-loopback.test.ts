import { expect, test } from 'vitest'
import { requireLoopback } from '#app/_http/require-loopback.ts'

const APP = 'http://localhost:3003'
const asked = (headers: Record<string, string>) => () =>
  requireLoopback(new Request('http://localhost:3003/api/dev-wallet/accounts', { headers }), APP)
const missing = expect.objectContaining({ code: 'not_found', status: 404 })

test('a browser on this machine passes', () => {
  expect(asked({ host: 'localhost:3003' })).not.toThrow()
  expect(asked({ host: '127.0.0.1:3003', origin: 'http://127.0.0.1:3003' })).not.toThrow()
  expect(asked({ host: '[::1]:3003', 'x-forwarded-for': '::1' })).not.toThrow()
  expect(asked({ host: 'localhost:3003', 'x-forwarded-for': '::ffff:127.0.0.1' })).not.toThrow()
})

test.each<[string, Record<string, string>]>([
  ['a foreign name that points here', { host: 'rebind.example:3003' }],
  ['a name that only starts like this machine', { host: 'localhost.evil.example:3003' }],
  ['another port of this machine', { host: 'localhost:4000' }],
  ['no host', {}],
  ['a host that is none', { host: 'a b:c' }],
  ['a page of another site', { host: 'localhost:3003', origin: 'https://evil.example' }],
  ['a page without an origin', { host: 'localhost:3003', origin: 'null' }],
  ['a request that another site started', { host: 'localhost:3003', 'sec-fetch-site': 'cross-site' }],
  ['somebody behind a tunnel', { host: 'localhost:3003', 'x-forwarded-for': '203.0.113.9' }],
  ['somebody behind a tunnel and a proxy', { host: 'localhost:3003', 'x-forwarded-for': '203.0.113.9, 127.0.0.1' }],
])('%s finds nothing', (_who, headers) => {
  expect(asked(headers)).toThrow(missing)
})

test('served to the world, nobody finds it', () => {
  const request = new Request('https://flareflow.example/', { headers: { host: 'flareflow.example' } })
  expect(() => requireLoopback(request, 'https://flareflow.example')).toThrow(missing)
})
