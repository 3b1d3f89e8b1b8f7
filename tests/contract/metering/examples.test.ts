import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cacheFolder, projectRoot } from '#services/local/home.ts'
import { setupLitellm } from '#services/local/litellm/index.ts'
import { createGateway } from '#services/gateway/index.ts'
import { createIngestWriter } from '#services/metering/index.ts'
import { createOracleApp } from '#services/oracle/app.ts'
import { createTestContext, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { type GatewayServer, serveGateway } from '#tests/support/gateway-server.ts'
import { newCustomer } from '#tests/support/llm-calls.ts'
import { type MeteredLitellm, startMeteredLitellm } from '#tests/support/metered-litellm.ts'
import { tellVaults } from '#tests/support/told-vaults.ts'
import { giveKey } from '#tests/support/usage-events.ts'
import { startUsageReceiver, type UsageReceiver } from '#tests/support/usage-receiver.ts'

const secret = TEST_SECRET
const page = readFileSync(join(projectRoot, 'docs/metering.md'), 'utf8')
let receiver: UsageReceiver
let gateway: GatewayServer
let opened: TestContext
let vaults = 0n
let proxy: MeteredLitellm
let python: string
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flareflow-examples-'))
  receiver = await startUsageReceiver(secret)
  proxy = await startMeteredLitellm(receiver)
  const told = tellVaults()
  for (let id = 1n; id < 20n; id += 1n) told.tell(id, 1_000_000_000n)
  const variables = { LITELLM_URL: proxy.url, LITELLM_MASTER_KEY: proxy.masterKey }
  opened = await createTestContext({ chain: told.chain, litellm: proxy.client, variables })
  gateway = await serveGateway(createGateway(opened.ctx))
  python = (await setupLitellm({ cacheDir: cacheFolder() })).python
})
afterAll(async () => {
  await gateway?.close()
  await opened?.[Symbol.asyncDispose]()
  await proxy?.close()
  await receiver?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The code below a heading of the page. */
function exampleOf(heading: string): string {
  const [, code] = /```\w+\n([\s\S]*?)```/.exec(page.slice(page.indexOf(`### ${heading}\n`))) ?? []
  if (code === undefined || !page.includes(`### ${heading}\n`)) throw new Error(`No example for ${heading}`)
  return code
}

const labels = { endUser: 'alice', conversation: 'c-42', feature: 'search', agent: 'planner' }

/** The key of a new subscription. */
async function newKey(): Promise<{ key: string; hash: string }> {
  const { secret: key, hash } = await newCustomer(proxy.url, proxy.client)
  vaults += 1n
  await giveKey(opened.ctx, vaults, hash)
  return { key, hash }
}

async function run(command: string, args: string[], more: Record<string, string> = {}): Promise<string> {
  const { key, hash } = await newKey()
  const env = {
    ...process.env,
    FLAREFLOW_URL: gateway.url,
    FLAREFLOW_KEY: key,
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    ...more,
  }
  await promisify(execFile)(command, args, { cwd: projectRoot, env })
  return hash
}

test.each<[string, () => Promise<string>, object]>([
  ['curl', () => run('sh', ['-c', exampleOf('curl')]), { stream: false }],
  [
    "OpenAI's client for Node",
    () => run(process.execPath, ['--input-type=module', '-e', exampleOf("OpenAI's client for Node")]),
    { stream: true },
  ],
  ["OpenAI's client for Python", () => run(python, ['-c', exampleOf("OpenAI's client for Python")]), { stream: false }],
])('the example for %s gives the labels that the page promises', async (_name, example, more) => {
  const [event] = await receiver.eventsOf(await example(), 1)
  expect(event).toMatchObject({ ...labels, ...more, model: 'gpt-4', status: 'success' })
})

/** What the libraries send that aren't installed here, as their clients put it on the wire. */
const onTheWire: Record<string, { headers: Record<string, string>; body: object; stream: boolean }> = {
  LangChain: {
    stream: false,
    headers: {
      'user-agent': 'OpenAI/Python 2.54.0',
      'x-stainless-lang': 'python',
      'x-stainless-async': 'false',
      'x-stainless-retry-count': '0',
      'x-flareflow-feature': 'search',
      'x-flareflow-agent': 'planner',
    },
    body: {
      messages: [{ content: 'Hello', role: 'user' }],
      model: 'gpt-4',
      user: 'alice',
      metadata: { session_id: 'c-42' },
    },
  },
  'Vercel AI SDK': {
    stream: true,
    headers: {
      'user-agent': 'ai/6.0.0 ai-sdk/openai-compatible/2.0.0 ai-sdk/provider-utils/4.0.0 runtime/node.js/24',
      'x-flareflow-feature': 'search',
      'x-flareflow-end-user': 'alice',
      'x-flareflow-conversation': 'c-42',
      'x-flareflow-agent': 'planner',
    },
    body: { model: 'gpt-4', messages: [{ role: 'user', content: 'Hello' }], stream: true },
  },
}

test.each(Object.entries(onTheWire))('what %s sends gives the same labels', async (name, { headers, body, stream }) => {
  const example = exampleOf(name)
  for (const header of Object.keys(headers).filter((each) => each.startsWith('x-flareflow'))) {
    expect(example).toContain(header)
  }
  const { key, hash } = await newKey()
  const response = await fetch(`${gateway.url}/chat/completions`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
  await response.text()
  const [event] = await receiver.eventsOf(hash, 1)
  expect(event).toMatchObject({ ...labels, stream, model: 'gpt-4' })
})

test("the example for LiteLLM's SDK is metered on its key, without a proxy", async () => {
  const example = exampleOf("LiteLLM's SDK, without a proxy").replace(
    '"openai/gpt-4",',
    '"openai/gpt-4", mock_response="Hi",',
  )
  const hash = await run(python, ['-c', example], {
    PYTHONPATH: join(projectRoot, 'deploy/litellm'),
    PYTHONDONTWRITEBYTECODE: '1',
    FLAREFLOW_METER_URL: receiver.url,
    FLAREFLOW_SPOOL_DIR: join(folder, 'spool'),
    LITELLM_WEBHOOK_SECRET: secret,
  })
  const [event] = await receiver.eventsOf(hash, 1)
  expect(event).toMatchObject({ ...labels, status: 'success', inputTokens: expect.any(String) })
})

test('the small payload is answered as the page says: 401 without the secret, 202 with it', async () => {
  await using opened = await createTestContext()
  const { ctx } = opened
  await giveKey(ctx, 7n)
  const app = createOracleApp({ ctx, ingest: createIngestWriter(ctx), workers: () => [] })
  const [, body = ''] = /-d '(\{"vault_id".*\})'/.exec(page) ?? []
  const send = (headers: Record<string, string>) =>
    app.request('/webhook/usage', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
  expect((await send({})).status).toBe(401)
  const taken = await send({ 'x-webhook-secret': TEST_SECRET })
  expect([taken.status, await taken.json()]).toMatchObject([202, { poll: expect.stringMatching(/^poll_/) }])
})
