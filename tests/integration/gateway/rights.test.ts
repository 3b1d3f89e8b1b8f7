import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomHex } from '#services/platform/crypto/random.ts'
import { gatewayRoutes } from '#services/gateway/route-table.ts'
import { type AccountWorld, CALLERS, openAccountWorld } from '#tests/support/account-world.ts'

/**
 * What each route answers to nobody, a subscription's key, an account's key, a token, a session, the admin's session.
 * Ids are of nobody's: whoever gets past the door is told that there is no such thing.
 */
type Row = readonly [number, number, number, number, number, number]
const reads: Row = [401, 403, 200, 200, 200, 200]
const holders = (status: number): Row => [401, 403, 403, status, status, status]
/** A token says nothing of a wallet, and it is a wallet that is admin. */
const admins = (status: number): Row => [401, 403, 403, 401, 403, status]
const anyone: Row = [200, 200, 200, 200, 200, 200]
/** Models are asked of LiteLLM, which this world lacks; the tests of models have it. */
const models = (status: number): Row => [401, status, status, status, status, status]

const MATRIX: Readonly<Record<string, Row>> = {
  'GET /health': anyone,
  'GET /models': models(503),
  'POST /chat/completions': models(400),
  'POST /completions': models(400),
  'POST /embeddings': models(400),
  'POST /responses': models(400),
  'GET /keys': reads,
  'POST /keys': holders(201),
  'PATCH /keys/{id}': holders(404),
  'DELETE /keys/{id}': holders(404),
  'GET /credits': reads,
  'PATCH /credits': holders(200),
  'GET /credits/history': reads,
  'POST /credits/purchase': holders(503),
  'GET /credits/purchases/{id}': [401, 403, 404, 404, 404, 404],
  'GET /usage': reads,
  'GET /credits/topups': reads,
  'GET /byok/keys': reads,
  'POST /byok/keys': holders(503),
  'PATCH /byok/keys/{provider}': holders(404),
  'DELETE /byok/keys/{provider}': holders(200),
  'POST /byok/keys/{provider}/test': holders(404),
  'GET /admin/accounts': admins(200),
  'PATCH /admin/accounts/{id}': admins(404),
  'POST /admin/accounts/{id}/grants': admins(404),
  'POST /admin/accounts/{id}/refunds': admins(404),
  'GET /admin/topups': admins(200),
  'POST /admin/topups': admins(404),
  'GET /admin/usage-reviews': admins(200),
  'POST /admin/usage-reviews': admins(404),
}

const entry = { amount_usd: '1', reason: 'because', request_key: 'once' }
const BODIES: Readonly<Record<string, unknown>> = {
  'POST /keys': { name: 'A key' },
  'PATCH /keys/{id}': { name: 'Another' },
  'PATCH /credits': { monthly_cap_usd: '5' },
  'POST /credits/purchase': { amount_usd: '10' },
  'POST /byok/keys': { provider: 'openai', api_key: 'sk-of-nobody-0123456789' },
  'PATCH /byok/keys/{provider}': { enabled: true },
  'PATCH /admin/accounts/{id}': { tier: 'starter', reason: 'because' },
  'POST /admin/accounts/{id}/grants': entry,
  'POST /admin/accounts/{id}/refunds': entry,
  'POST /admin/topups': { id: `${'0'.repeat(64)}:0`, account_id: 'cr_0', reason: 'because' },
  'POST /admin/usage-reviews': { id: `${'0'.repeat(32)}.${'0'.repeat(32)}`, decision: 'void' },
}

let world: AccountWorld
let callers: Awaited<ReturnType<AccountWorld['callers']>>
beforeAll(async () => {
  world = await openAccountWorld()
  callers = await world.callers()
})
afterAll(() => world[Symbol.asyncDispose]())

const named = gatewayRoutes.map(({ spec }) => `${spec.method} ${spec.path}`)
const unlisted = (routes: readonly string[]) => routes.filter((name) => !(name in MATRIX))

test('every route has a row, and a row has a route', () => {
  expect(unlisted(named)).toEqual([])
  expect(Object.keys(MATRIX).filter((name) => !named.includes(name))).toEqual([])
})

test('a route that was forgotten would be found', () => {
  expect(unlisted([...named, 'DELETE /admin/accounts/{id}'])).toEqual(['DELETE /admin/accounts/{id}'])
})

test.each(Object.entries(MATRIX))('%s', async (name, expected) => {
  const [method = '', path = ''] = name.split(' ')
  const statuses: number[] = []
  for (const who of CALLERS) {
    const given = {
      method,
      headers: { 'idempotency-key': randomHex(8) },
      ...(method === 'GET' || method === 'DELETE' ? {} : { body: BODIES[name] ?? {} }),
    }
    const { status, headers } = await world.ask(
      callers[who],
      path.replace('{id}', 'of-nobody').replace('{provider}', 'openai'),
      given,
    )
    expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/)
    statuses.push(status)
  }
  expect(Object.fromEntries(CALLERS.map((who, i) => [who, statuses[i]]))).toEqual(
    Object.fromEntries(CALLERS.map((who, i) => [who, expected[i]])),
  )
})

test('what changes something by a cookie is refused from another site’s page', async () => {
  for (const origin of ['https://elsewhere.example', '']) {
    const headers = { cookie: callers.session['cookie'] ?? '', ...(origin ? { origin } : {}) }
    const answer = await world.ask(headers, '/credits', { method: 'PATCH', body: { monthly_cap_usd: null } })
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'origin_refused' } } })
  }
})
