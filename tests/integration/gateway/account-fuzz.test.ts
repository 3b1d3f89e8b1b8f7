import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatewayRoutes } from '#services/gateway/route-table.ts'
import { type AccountWorld, openAccountWorld } from '#tests/support/account-world.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import { runs } from '../../property/runs.ts'

/** A hang, and not just a machine that is busy. */
const SLOW_MS = 15_000

let world: AccountWorld
let admin: Record<string, string>
beforeAll(async () => {
  world = await openAccountWorld({ WELCOME_CREDITS_USD: '0' })
  admin = (await world.callers()).admin
})
afterAll(async () => {
  await expectBooksBalance(world.ctx)
  await world[Symbol.asyncDispose]()
})

/** Routes of accounts; what models take is fuzzed beside them. */
const routes = gatewayRoutes
  .map(({ spec }) => ({ method: spec.method, path: spec.path }))
  .filter(({ path }) => /^\/(keys|credits|usage|admin)/.test(path))

const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    '\u0000',
    '../..',
    '%00',
    "' or 1=1 --",
    '__proto__',
    '9'.repeat(40),
    '-1',
    '1e400',
    'NaN',
    '0000-01-01',
  ),
)
const amount = fc.oneof(
  fc.constantFrom('5', '10.00', '999999999.99999999', '0.00000001'),
  odd,
  fc.double(),
  fc.bigInt().map(String),
)
const instant = fc.oneof(
  fc.date({ noInvalidDate: false }).map((date) => (Number.isNaN(date.getTime()) ? 'x' : date.toISOString())),
  odd,
)
const nearlyValid = fc.record(
  {
    name: fc.oneof(fc.string(), odd),
    power: fc.constantFrom('eco', 'full', null, 'constructor'),
    models: fc.oneof(fc.array(fc.oneof(fc.constant('gpt-4o'), odd), { maxLength: 60 }), fc.constant(null)),
    monthly_cap_usd: fc.oneof(amount, fc.constant(null)),
    tier: fc.constantFrom('free', 'starter', 'enterprise', 'gold', 'toString'),
    auto_refill: fc.oneof(fc.constant(null), fc.record({ threshold_usd: amount, amount_usd: amount }), odd),
    amount_usd: amount,
    method: fc.constantFrom('checkout', 'element', 'refill'),
    save_method: fc.oneof(fc.boolean(), odd),
    reason: odd,
    request_key: odd,
    expires_at: fc.oneof(instant, fc.constant(null)),
    transfer_id: fc.oneof(odd, fc.constant(null)),
    id: odd,
    account_id: odd,
  },
  { requiredKeys: [] },
)
/** Bodies that have only what a route takes, so that its own rules decide. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  '/keys': ['name', 'power', 'models'],
  '/keys/{id}': ['name', 'power', 'models'],
  '/credits': ['monthly_cap_usd', 'tier', 'auto_refill'],
  '/credits/purchase': ['amount_usd', 'method', 'save_method'],
  '/admin/topups': ['id', 'account_id', 'reason'],
  '/admin/accounts/{id}': ['tier', 'reason'],
  '/admin/accounts/{id}/grants': ['amount_usd', 'reason', 'request_key', 'expires_at'],
  '/admin/accounts/{id}/refunds': ['amount_usd', 'reason', 'request_key', 'transfer_id'],
}
const query = fc.dictionary(
  fc.constantFrom('limit', 'cursor', 'type', 'days', 'from', 'to', 'query', 'x'),
  fc.oneof(odd, fc.nat(500).map(String), fc.constantFrom('2026-01-01', '2026-13-45', 'usage')),
  { maxKeys: 3 },
)

test('whatever is sent is answered in OpenAI’s shape, never with 500, and soon', async () => {
  const seen = new Set<number>()
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...routes),
      fc.oneof(odd, fc.constantFrom('key_0', 'cr_0')),
      query,
      fc.oneof(nearlyValid, fc.json(), odd),
      fc.oneof(fc.stringMatching(/^[!-~]{1,30}$/), fc.constant('')),
      async ({ method, path }, id, given, body, key) => {
        const search = new URLSearchParams(given).toString()
        const own = FIELDS[path] ?? []
        const fields = typeof body === 'object' ? Object.entries(body).filter(([name]) => own.includes(name)) : null
        const sent = fields ? Object.fromEntries(fields) : body
        const startedAt = performance.now()
        const answer = await world.ask(
          admin,
          `${path.replace('{id}', encodeURIComponent(id.toWellFormed()))}?${search}`,
          {
            method,
            headers: key ? { 'idempotency-key': key } : {},
            ...(method === 'GET' || method === 'DELETE' ? {} : { body: sent }),
          },
        )
        expect(performance.now() - startedAt).toBeLessThan(SLOW_MS)
        seen.add(answer.status)
        const { code, message } = answer.body.error ?? {}
        // Buying needs Stripe, which is not set up here.
        const isFine = answer.status < 500 || code === 'not_configured'
        const isTold = answer.status < 400 || (typeof code === 'string' && typeof message === 'string')
        expect({ status: answer.status, code, isFine, isTold }).toMatchObject({ isFine: true, isTold: true })
      },
    ),
    runs(500),
  )
  // It got past the door, and was refused for more than one reason.
  for (const status of [200, 400, 404]) expect(seen).toContain(status)
})
