import { beforeAll, describe, expect, test } from 'vitest'
import { withActor } from '#services/platform/context.ts'
import { createKey } from '#services/api-keys/index.ts'
import type { CostRate } from '#lib/rating/cost-table.ts'
import { ingestEvents, letterQuery, listDeadLetters } from '#services/metering/index.ts'
import { draftCostTable } from '#services/rating/index.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { useLitellm } from '#tests/support/stack.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import { hashOf, usageEvent } from '#tests/support/usage-events.ts'
import { Browser, loadRoute, type Method, METHODS, routePaths, type Wallet } from '#tests/support/web-browser.ts'

type Who = 'anonymous' | 'stranger' | 'owner' | 'provider' | 'admin'
const WHO: readonly Who[] = ['anonymous', 'stranger', 'owner', 'provider', 'admin']

/** What each route answers to whom, about a vault of `owner` that names `provider`. */
const everybody = (status: number) => [status, status, status, status] as const
/** The admin is answered as a stranger is, unless a fifth number says otherwise. */
const forAdmin = (status: number) => [401, 403, 403, 403, status] as const
const matrix: Record<string, readonly [number, number, number, number, number?]> = {
  'GET /api/alerts': [401, 200, 200, 200],
  'POST /api/alerts/read': [401, 200, 200, 200],
  'GET /api/alerts/channels': [401, 200, 200, 200],
  'POST /api/alerts/channels': [401, 400, 400, 400],
  'POST /api/alerts/channels/confirm': everybody(400),
  'DELETE /api/alerts/channels/[id]': [401, 400, 400, 400],
  'GET /api/auth/session': everybody(200),
  'POST /api/auth/session': everybody(400),
  'DELETE /api/auth/session': everybody(200),
  'POST /api/auth/nonce': everybody(200),
  'GET /api/bills/[vaultId]/[period]': [401, 403, 404, 404, 404],
  'GET /api/config': everybody(200),
  'GET /api/cost-tables': forAdmin(200),
  'POST /api/cost-tables': forAdmin(200),
  'POST /api/cost-tables/import': forAdmin(200),
  'GET /api/cost-tables/[version]': forAdmin(200),
  'DELETE /api/cost-tables/[version]': forAdmin(200),
  'GET /api/cost-tables/[version]/preview': forAdmin(200),
  'POST /api/cost-tables/[version]/publish': forAdmin(409),
  'GET /api/dead-letters': forAdmin(200),
  'GET /api/dead-letters/[id]': forAdmin(200),
  'PATCH /api/dead-letters/[id]': forAdmin(200),
  'POST /api/dead-letters/[id]/replay': forAdmin(200),
  'POST /api/dead-letters/[id]/discard': forAdmin(200),
  'GET /api/limits': [401, 200, 200, 200],
  'POST /api/limits': [401, 400, 400, 400],
  'PATCH /api/limits/[id]': [401, 400, 400, 400],
  'DELETE /api/limits/[id]': [401, 400, 400, 400],
  'GET /api/exports/events': [401, 403, 200, 200, 200],
  'GET /api/models': everybody(200),
  'GET /api/openapi.json': everybody(200),
  'GET /api/provider': [401, 200, 200, 200],
  'GET /api/reconciliation': forAdmin(200),
  'POST /api/reconciliation': forAdmin(202),
  'GET /api/reconciliation/[runId]': forAdmin(404),
  'GET /api/receipts/[callId]': [401, 404, 200, 200, 200],
  'GET /api/reports/forecast': [401, 403, 200, 200, 200],
  'GET /api/reports/heavy-users': [401, 403, 200, 200, 200],
  'GET /api/reports/totals': [401, 403, 200, 200, 200],
  'GET /api/reports/trend': [401, 403, 200, 200, 200],
  'GET /api/reports/usage': [401, 403, 200, 200, 200],
  'GET /api/schemas/usage-event.json': everybody(200),
  'POST /api/stripe/webhook': everybody(404),
  'GET /api/vaults': [401, 200, 200, 200],
  'GET /api/vaults/[id]': [401, 403, 200, 200],
  'POST /api/vaults/[id]/key': [401, 403, 200, 403],
  'POST /api/vaults/[id]/key/acknowledge': [401, 403, 200, 403],
  'GET /api/vaults/[id]/approvals': [401, 403, 200, 200],
  'GET /api/approvals': [401, 200, 200, 200],
  'GET /api/storage': everybody(200),
  'POST /api/vaults/[id]/review': [401, 403, 200, 200],
  'GET /api/dev-wallet/accounts': everybody(200),
  'POST /api/dev-wallet/sign': everybody(400),
  ...Object.fromEntries(METHODS.map((method) => [`${method} /api/[...path]`, everybody(404)])),
  // The gateway has a table and a matrix of its own: this is an address in it that nobody answers.
  ...Object.fromEntries(METHODS.map((method) => [`${method} /api/v1/llm/[...path]`, everybody(404)])),
}

/** What is posted where an empty body would not be understood. */
const rate = { provider: '*', model: 'gpt-4o', kind: 'input', usd: '2.5' }
const bodies: Record<string, unknown> = {
  'POST /api/reconciliation': { from: '2026-11-01', to: '2026-11-02' },
  'POST /api/cost-tables': { effectiveFrom: '2026-01-01T00:00:00Z', rates: [rate] },
  'POST /api/cost-tables/import': { effectiveFrom: '2026-01-01T00:00:00Z' },
  'PATCH /api/dead-letters/[id]': { payload: {} },
  'POST /api/dead-letters/[id]/discard': { reason: 'of no use' },
  'POST /api/cost-tables/[version]/publish': { previewHash: `2026-01-01T00Z.${'0'.repeat(64)}` },
}

let world: ChainWorld
let vaultId: bigint
let callId: string
let key: string
let version: number
let letterId: string
const browsers = new Map<Who, Browser>()

async function signedIn(wallet: Wallet): Promise<Browser> {
  const browser = new Browser()
  expect((await browser.signIn(wallet)).status).toBe(200)
  return browser
}

beforeAll(async () => {
  world = await openChainWorld()
  const litellm = await useLitellm()
  const base = await openTestWeb(world, { LITELLM_URL: litellm.url, LITELLM_MASTER_KEY: litellm.masterKey })
  vaultId = await world.openVault(world.accounts.customer)
  const owner = withActor(base, { kind: 'user', address: world.accounts.customer.address })
  const { secret = '' } = await createKey(owner, { vaultId })
  key = secret
  const call = usageEvent(hashOf(secret), { startedAt: new Date().toISOString() })
  const system = withActor(base, { kind: 'system', job: 'test' })
  await ingestEvents(system, { road: 'plugin', items: [{ raw: call }, { raw: { ...call, outputTokens: null } }] })
  letterId = (await listDeadLetters(system, letterQuery.parse({}))).letters[0]?.id ?? ''
  callId = call.id
  const costRate: CostRate = { provider: '*', model: 'gpt-4o', kind: 'input', rate: 1n }
  const draft = { effectiveFrom: new Date('2026-02-01T00:00:00Z'), note: '', rates: [costRate] }
  version = (await draftCostTable(withActor(base, { kind: 'system', job: 'test' }), draft)).version
  browsers.set('anonymous', new Browser())
  browsers.set('stranger', await signedIn(await world.newWallet()))
  browsers.set('owner', await signedIn(world.accounts.customer))
  browsers.set('provider', await signedIn(world.accounts.provider))
  browsers.set('admin', await signedIn(world.accounts.admin))
})

/** A browser with the session of somebody; each use has its own cookies. */
function browserOf(who: Who): Browser {
  const browser = new Browser()
  for (const [name, value] of browsers.get(who)?.cookies ?? []) browser.cookies.set(name, value)
  return browser
}

const queryFor = (path: string): string => {
  const month = '?from=2026-11-01&to=2026-12-01'
  if (path === '/api/reports/forecast') return `?account=vault:${vaultId}`
  if (path.startsWith('/api/reports/')) return `${month}&account=vault:${vaultId}`
  return path === '/api/exports/events' ? `${month}&vault=${vaultId}` : ''
}

const pathFor = (path: string): string =>
  path
    .replace('[id]', path.startsWith('/api/dead-letters/') ? letterId : vaultId.toString())
    .replace('[vaultId]', vaultId.toString())
    .replace('[period]', '202611')
    .replace('[callId]', callId)
    .replace('[runId]', `reconciliation_${'0'.repeat(24)}`)
    .replace('[version]', version.toString())
    .replace('[...path]', 'nothing/here')
    .concat(queryFor(path))

/** Every method of every route that is in the tree. */
async function served(paths: readonly string[], load = loadRoute): Promise<string[]> {
  const all = await Promise.all(
    paths.map(async (path) => {
      const handlers = await load(path)
      return METHODS.filter((method) => handlers[method]).map((method) => `${method} ${path}`)
    }),
  )
  return all.flat().sort()
}

test('the matrix has every route of the tree and no other', async () => {
  expect(await served(routePaths)).toEqual(Object.keys(matrix).sort())
})

test('a route that nobody entered is found', async () => {
  const planted = '/api/vaults/[id]/secret'
  const found = await served([...routePaths, planted], (path) =>
    path === planted ? Promise.resolve({ GET: () => Promise.resolve(new Response()) }) : loadRoute(path),
  )
  expect(found.filter((route) => !(route in matrix))).toEqual([`GET ${planted}`])
})

/** What deletes comes after the rest, and signing out, which ends the session that the other cases use, last. */
const order = (route: string) => (route === 'DELETE /api/auth/session' ? 2 : route.startsWith('DELETE') ? 1 : 0)
const inOrder = Object.keys(matrix).sort((a, b) => order(a) - order(b))
const split = (route: string) => route.split(' ') as [Method, string]

test('what others own is in nobody’s lists', async () => {
  const list = async (who: Who, path: string): Promise<string[]> => {
    const { vaults } = (await browserOf(who).get(path)).body as { vaults: { vault: { id: string } }[] }
    return vaults.map(({ vault }) => vault.id)
  }
  expect(await list('stranger', '/api/vaults')).toEqual([])
  expect(await list('stranger', '/api/provider')).toEqual([])
  expect(await list('provider', '/api/vaults')).toEqual([])
  expect(await list('owner', '/api/vaults')).toContain(vaultId.toString())
  expect(await list('provider', '/api/provider')).toContain(vaultId.toString())
})

/** Routes that answer a key of the vault otherwise than nobody. */
const forKeys: Record<string, number> = {
  'GET /api/receipts/[callId]': 200,
  // Whoever may have a credit account is let in to be read: what is sent here can't be understood.
  'POST /api/limits': 400,
  'PATCH /api/limits/[id]': 400,
  'DELETE /api/limits/[id]': 400,
}
test.each(inOrder)('%s with the vault’s key and no session', async (route) => {
  const [method, path] = split(route)
  const headers = { authorization: `Bearer ${key}` }
  const answer = await new Browser().ask(method, pathFor(path), { body: bodies[route], headers })
  expect(answer.status).toBe(forKeys[route] ?? matrix[route]?.[0])
})

// The gateway asks for the origin where a cookie counts, and Stripe signs: both have tests of their own.
const others = ['/api/v1/llm/', '/api/stripe/webhook']
const changes = inOrder.filter((route) => !route.startsWith('GET') && !others.some((other) => route.includes(other)))
test.each(changes)('%s from another site: 403', async (route) => {
  const [method, path] = split(route)
  for (const origin of ['https://evil.example', 'null', null]) {
    const answer = await browserOf('owner').ask(method, pathFor(path), { headers: { origin } })
    expect(answer.status).toBe(403)
    expect(answer.body).toMatchObject({ error: { code: 'origin_refused' } })
  }
})

describe.each(inOrder)('%s', (route) => {
  const [method, path] = split(route)
  const expected = (i: number) => matrix[route]?.[i] ?? matrix[route]?.[WHO.indexOf('stranger')]
  test.each(WHO.map((who, i) => [who, expected(i)] as const))('%s: %i', async (who, status = 0) => {
    const answer = await browserOf(who).ask(method, pathFor(path), { body: bodies[route] })
    expect(answer.status).toBe(status)
    expect(typeof answer.body?.error?.code).toBe(status >= 400 ? 'string' : 'undefined')
  })
})
