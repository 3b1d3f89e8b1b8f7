import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuiltWeb, buildWebCopy, type RunningWeb } from '#tests/support/built-web.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { testVariables } from '#tests/support/context.ts'
import { type EchoingLitellm, startEchoingLitellm } from '#tests/support/echoing-litellm.ts'
import { tablesThatHold } from '#tests/support/search-database.ts'
import { createTestDatabase } from '#tests/support/stack.ts'
import { Browser, type Method } from '#tests/support/web-browser.ts'

const canary = () => `canary${randomBytes(12).toString('hex')}`

/** What nobody but the server may ever see, by the name of what holds it. */
const secrets: Record<string, string> = {
  litellmMasterKey: `sk-${canary()}`,
  webhookSecret: canary(),
  sessionSecret: canary(),
  oracleKey: randomBytes(32).toString('hex'),
  wrongPassword: canary(),
}
/** Let out on purpose by pages that are added to the copy: the search must find it wherever it looks. */
const planted = canary()

const leak = {
  'app/planted/page.tsx': `import { Planted } from './planted.client.tsx'
export const dynamic = 'force-dynamic'
export default function Page() {
  return <main><Planted /><p>{process.env['PLANTED']}</p></main>
}
`,
  'app/planted/planted.client.tsx': `'use client'
export function Planted() {
  return <button onClick={() => alert(process.env['NEXT_PUBLIC_PLANTED'])}>x</button>
}
`,
  'app/api/planted/route.ts': `export const dynamic = 'force-dynamic'
export function GET() {
  console.error('planted', process.env['PLANTED'])
  return Response.json({ error: process.env['PLANTED'] })
}
`,
}

/** Which of the secrets stand in a text, as they are or in the disguises that a URL, JSON or a header gives them. */
function found(texts: readonly string[], wanted: Record<string, string>): string[] {
  return Object.entries(wanted)
    .filter(([, secret]) => {
      const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').slice(0, -4)]
      return texts.some((text) => forms.some((form) => text.includes(form)))
    })
    .map(([name]) => name)
}

const PAGES = ['/', '/trust', '/subscriptions', '/subscriptions/0', '/subscriptions/0/key', '/subscriptions/new']
const MORE_PAGES = ['/revenue', '/verify', '/dev-wallet/authn', '/dev-wallet/authz', '/nothing/here', '/planted']

let world: ChainWorld
let litellm: EchoingLitellm
let built: BuiltWeb
let web: RunningWeb
let broken: RunningWeb
let databaseUrl: string
const tokens: Record<string, string> = {}
const answers: string[] = []
const pages: string[] = []

beforeAll(async () => {
  world = await openChainWorld()
  litellm = await startEchoingLitellm()
  databaseUrl = (await createTestDatabase()).url
  const database = new URL(databaseUrl)
  secrets['databasePassword'] = database.password
  for (const account of Object.values(world.accounts)) secrets[`key of ${account.name}`] = account.privateKey
  const variables = testVariables({
    DATABASE_URL: database.href,
    LITELLM_URL: litellm.url,
    LITELLM_MASTER_KEY: secrets['litellmMasterKey'] ?? '',
    LITELLM_WEBHOOK_SECRET: secrets['webhookSecret'] ?? '',
    SESSION_SECRET: secrets['sessionSecret'] ?? '',
    FLOW_PRIVATE_KEY: secrets['oracleKey'] ?? '',
    FLOW_ACCESS_NODE: world.accessNode,
    FLOW_CONTRACT_ADDRESS: world.contractAddress,
    LOCAL_ACCOUNTS_FILE: world.accountsFile,
    LOG_LEVEL: 'trace',
    PLANTED: planted,
    NEXT_PUBLIC_PLANTED: planted,
  })
  built = await buildWebCopy(leak, variables)
  web = await built.start('web', variables)
  database.password = secrets['wrongPassword'] ?? ''
  broken = await built.start('broken', { ...variables, DATABASE_URL: database.href })
  await visit(web)
  await visit(broken)
})
afterAll(async () => {
  litellm?.close()
  await built?.[Symbol.asyncDispose]()
})

/** Everything that a browser can do, right and wrong, signed in and not; keeps all that it gets to see. */
async function visit({ url }: RunningWeb): Promise<void> {
  const { customer } = world.accounts
  const browser = new Browser(url, (request) => fetch(request, { redirect: 'manual' }))
  const keep = async (method: Method, path: string, more: Parameters<Browser['ask']>[2] = {}): Promise<void> => {
    const { text, headers } = await browser.ask(method, path, more)
    answers.push(text, JSON.stringify([...headers].filter(([name]) => name !== 'set-cookie')))
  }
  const read = async (): Promise<void> => {
    for (const path of [...PAGES, ...MORE_PAGES]) pages.push((await browser.get(path)).text)
  }
  const vaultId = await world.openVault(customer)
  const paths = ['config', 'models', 'vaults', `vaults/${vaultId}`, 'vaults/999999', 'vaults/x', 'provider', 'nothing']

  await read()
  for (const path of paths) await keep('GET', `/api/${path}`)
  const nonce = await browser.post('/api/auth/nonce')
  answers.push(nonce.text)
  // A server without its database signs nobody in.
  if (nonce.status === 200) answers.push((await browser.signIn(customer)).text)
  await read()
  for (const path of [...paths, 'auth/session', 'dev-wallet/accounts', 'planted']) await keep('GET', `/api/${path}`)
  for (const path of [
    `vaults/${vaultId}/key`,
    `vaults/${vaultId}/key/acknowledge`,
    'auth/session',
    'dev-wallet/sign',
  ]) {
    await keep('POST', `/api/${path}`)
    await keep('POST', `/api/${path}`, { rawBody: '{' })
    await keep('POST', `/api/${path}`, { headers: { 'content-type': 'text/plain' } })
    await keep('POST', `/api/${path}`, { headers: { origin: 'https://evil.example' } })
    await keep('POST', `/api/${path}`, { rawBody: JSON.stringify('x'.repeat(100_000)) })
  }
  const body = { address: customer.address, network: 'emulator', nonce: 'ab'.repeat(32) }
  const signatures = [{ addr: customer.address, keyId: 0, signature: '00'.repeat(64) }]
  await keep('POST', '/api/auth/session', { body: { ...body, signatures } })
  for (const [name, value] of browser.cookies) tokens[`${name} of ${url}`] = value
  await keep('DELETE', '/api/auth/session')
}

/** The keys that LiteLLM was asked to make: each was made up by the server and shown to nobody. */
const keysHeard = (): Record<string, string> =>
  Object.fromEntries(
    litellm.heard
      .flatMap((text) => [...text.matchAll(/"key":"(sk-[\w-]+)"/g)])
      .map(([, key = ''], i) => [`key ${i}`, key]),
  )

describe('a visit to the production build', () => {
  test('came to what it is about: pages, answers, errors, a LiteLLM that repeats its secrets', () => {
    expect(pages.filter((text) => text.includes('<html')).length).toBeGreaterThan(15)
    const seen = new Set(answers.flatMap((text) => [...text.matchAll(/"code":"(\w+)"/g)].map(([, code]) => code)))
    const wanted = ['session_required', 'litellm_refused', 'vault_not_found', 'invalid_request', 'payload_too_large']
    expect([...seen]).toEqual(expect.arrayContaining(wanted))
    expect(found(litellm.heard, { it: secrets['litellmMasterKey'] ?? '' })).toEqual(['it'])
    expect(Object.keys(keysHeard()).length).toBeGreaterThan(0)
    expect(web.output()).toContain('request failed')
    expect(broken.output()).toContain('password authentication failed')
  })

  const places: [string, () => string[]][] = [
    ["the browser's files", () => built.clientFiles()],
    ['the pages', () => pages],
    ["the API's answers", () => answers],
    ['the log', () => [web.output(), broken.output()]],
    ['what the build printed', () => [built.output]],
  ]

  test.each(places)('no secret is in %s', (_place, texts) => {
    expect(found(texts(), { ...secrets, ...keysHeard() })).toEqual([])
  })

  test.each(places.slice(0, 4))('the same search finds what was planted in %s', (_place, texts) => {
    expect(found(texts(), { planted })).toEqual(['planted'])
  })
})

test('a start that is refused names the fault and no secret', async () => {
  const variables = testVariables({ SESSION_SECRET: 'short', LITELLM_WEBHOOK_SECRET: secrets['webhookSecret'] ?? '' })
  const refused = await built.start('refused', variables)
  expect(refused.ended()).toBe('exit code 1')
  expect(refused.output()).toContain('SESSION_SECRET must have at least 16 characters')
  expect(found([refused.output()], secrets)).toEqual([])
})

test('the database holds no secret, no key and no token; the same search finds an address', async () => {
  const wanted = Object.values({ ...secrets, ...keysHeard(), ...tokens })
  expect(Object.keys(tokens)).toHaveLength(2)
  const tables = await Promise.all(wanted.map((secret) => tablesThatHold(databaseUrl, secret)))
  expect(tables.flat()).toEqual([])
  expect(await tablesThatHold(databaseUrl, world.accounts.customer.address)).toContain('public.sessions')
})
