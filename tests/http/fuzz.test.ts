import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { defineRoute, type RouteHandler } from '#app/_http/define-route.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { useLitellm } from '#tests/support/stack.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import { Browser, loadRoute, METHODS, routePaths } from '#tests/support/web-browser.ts'
import { runs } from '../property/runs.ts'

/** A hang, and not just a machine that is busy. */
const SLOW_MS = 15_000
const ORIGIN = 'http://localhost:3003'

let world: ChainWorld
let cookie: string
const routes: { name: string; handler: RouteHandler }[] = []

beforeAll(async () => {
  world = await openChainWorld()
  const litellm = await useLitellm()
  await openTestWeb(world, { LITELLM_URL: litellm.url, LITELLM_MASTER_KEY: litellm.masterKey, LOG_LEVEL: 'silent' })
  const browser = new Browser(ORIGIN)
  await browser.signIn(await world.newWallet())
  cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  for (const path of routePaths) {
    const handlers = await loadRoute(path)
    for (const method of METHODS) {
      const handler = handlers[method]
      // Asking LiteLLM for its models takes no input.
      if (handler && path !== '/api/models') routes.push({ name: `${method} ${path}`, handler })
    }
  }
})

/** Bodies that come close to what routes take, and bodies that don't. */
const hex = fc.stringMatching(/^[0-9a-f]{0,140}$/)
const address = fc.oneof(fc.stringMatching(/^0x[0-9a-fA-F]{16}$/), fc.string())
const nearlyValid = fc.record(
  {
    address,
    nonce: fc.oneof(fc.stringMatching(/^[0-9a-f]{64}$/), fc.string()),
    network: fc.constantFrom('emulator', 'local', 'testnet', '', '__proto__'),
    signatures: fc.array(
      fc.record({ addr: address, keyId: fc.oneof(fc.integer(), fc.double()), signature: hex }, { requiredKeys: [] }),
      { maxLength: 12 },
    ),
    reissue: fc.oneof(fc.boolean(), fc.string()),
    masked: fc.string({ maxLength: 60 }),
    kind: fc.constantFrom('transaction', 'account-proof', 'user-message', 'webhook', 'email', 'hard', 'constructor'),
    target: fc.oneof(fc.webUrl(), fc.emailAddress(), fc.string()),
    ids: fc.array(fc.oneof(fc.constant(`alert_${'0'.repeat(24)}`), fc.string()), { maxLength: 3 }),
    word: hex,
    account: fc.constantFrom(null, 'vault:0', 'vault:7', `vault:${2n ** 63n}`, 'vault:', '__proto__'),
    scope: fc.constantFrom('key', 'end_user', 'organization', 'toString'),
    value: fc.string({ unit: 'binary', maxLength: 300 }),
    metric: fc.constantFrom('tokens', 'requests', 'usd', ''),
    per: fc.constantFrom('day', 'month', 'all', 'hour'),
    amount: fc.oneof(fc.nat().map(String), fc.string(), fc.constantFrom('9'.repeat(18), '9'.repeat(30), '1e9')),
    message: hex,
  },
  { requiredKeys: [] },
)
const body = fc.oneof(
  nearlyValid.map((value) => JSON.stringify(value)),
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'null', '[]', '{"__proto__":{"a":1}}', `${'['.repeat(20_000)}`, '1e999', '"\\ud800"'),
)
const header = fc.string({
  unit: fc.integer({ min: 32, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 80,
})
const id = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 65n }).map(String), fc.nat({ max: 5 }).map(String), fc.string())
/** What stands in other places of a path. */
const segments = fc.record({
  vaultId: id,
  callId: fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom('\0', '%', '\ud800')),
  runId: fc.oneof(fc.stringMatching(/^reconciliation_[0-9a-f]{24}$/), fc.string()),
  period: fc.oneof(fc.integer({ min: 200_001, max: 210_012 }).map(String), fc.string()),
  version: id,
})
const instantText = fc.oneof(
  fc
    .date({ min: new Date(0), max: new Date('9999-12-31') })
    .map((date) => (Number.isNaN(date.getTime()) ? '' : date.toISOString())),
  fc.string(),
)
/** Queries that come close to what routes take, and queries that don't. */
const query = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom('from', 'to'), fc.oneof(fc.constantFrom('2026-11-01', '2026-12-01'), instantText)),
    fc.tuple(fc.constantFrom('account', 'vault'), fc.oneof(fc.constantFrom('vault:1', 'vault:7', '7'), fc.string())),
    fc.tuple(fc.constant('by'), fc.constantFrom('user', 'model', 'team', 'account', 'constructor', '')),
    fc.tuple(fc.constant('every'), fc.constantFrom('day', 'week', 'month', 'all', 'hour')),
    fc.tuple(fc.constant('format'), fc.constantFrom('json', 'csv', 'ndjson', 'xml')),
    fc.tuple(fc.constantFrom('limit', 'top', 'times', 'measure'), fc.oneof(fc.integer().map(String), fc.string())),
    fc.tuple(fc.oneof(fc.constant('cursor'), fc.string()), fc.string({ unit: 'binary' })),
  ),
  { maxLength: 6 },
)
const input = fc.record({
  route: fc.nat(),
  id,
  segments,
  query,
  body,
  signedIn: fc.boolean(),
  origin: fc.oneof({ weight: 5, arbitrary: fc.constant(ORIGIN) }, { weight: 1, arbitrary: header }),
  contentType: fc.oneof({ weight: 5, arbitrary: fc.constant('application/json') }, { weight: 1, arbitrary: header }),
  cookies: header,
  other: fc.record({ 'x-request-id': header, 'x-forwarded-for': header, host: header }, { requiredKeys: [] }),
})
type Input = typeof input extends fc.Arbitrary<infer T> ? T : never

function requestOf(name: string, given: Input): Request {
  const method = name.split(' ')[0] ?? 'GET'
  const headers = new Headers({ host: 'localhost:3003', ...given.other, origin: given.origin })
  headers.set('content-type', given.contentType)
  headers.set('cookie', given.signedIn ? `${given.cookies}; ${cookie}` : given.cookies)
  const content = method === 'POST' || method === 'PUT' || method === 'PATCH' ? { body: given.body } : {}
  return new Request(`${ORIGIN}/api/fuzz?${new URLSearchParams(given.query)}`, { method, headers, ...content })
}

/** Holds for every answer: no fault of ours, in time, JSON, an error in the one shape. */
async function answersWell({ name, handler }: (typeof routes)[number], given: Input): Promise<void> {
  const began = performance.now()
  const params = Promise.resolve({ ...given.segments, id: given.id, path: [given.id] })
  const response = await handler(requestOf(name, given), { params })
  const text = await response.text()
  const isFile = response.headers.has('content-disposition')
  const answer = (isFile ? null : JSON.parse(text)) as { error?: { code?: unknown } } | null
  const ms = performance.now() - began
  const fault =
    response.status >= 500 || ms > SLOW_MS || (response.status >= 400 && typeof answer?.error?.code !== 'string')
  if (fault) throw new Error(`${name} answered ${response.status} after ${ms} ms: ${JSON.stringify(answer)}`)
}

test('no input makes a route fail, hang or answer in another shape', async () => {
  expect(routes.length).toBeGreaterThan(12)
  const pick = (given: Input) => routes[given.route % routes.length] ?? routes[0]
  await fc.assert(
    fc.asyncProperty(input, async (given) => {
      const route = pick(given)
      if (route) await answersWell(route, given)
    }),
    { ...runs(3_000), endOnFailure: true },
  )
})

test('the same inputs find a route that trusts its body', async () => {
  const careless = defineRoute({ auth: 'public', body: z.looseObject({}), response: z.number() }, (_ctx, { body }) =>
    Promise.resolve((body['address'] as string).length),
  )
  const route = { name: 'POST /api/careless', handler: careless }
  const search = fc.assert(
    fc.asyncProperty(input, (given) => answersWell(route, given)),
    { numRuns: 500 },
  )
  await expect(search).rejects.toThrow('Property failed')
})
