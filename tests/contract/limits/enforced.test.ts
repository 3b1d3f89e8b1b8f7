import { setTimeout as sleep } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { keyStateHandler } from '#services/api-keys/index.ts'
import {
  changeLimit,
  compareKeyLimits,
  createLimit,
  createLimitChecker,
  keyLimitsHandler,
  removeLimit,
  testEnforcement,
} from '#services/limits/index.ts'
import type { LimitInput } from '#services/limits/schemas.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { alerts } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { ANN, asUser, BEN, ownersChain } from '#tests/support/alerts.ts'
import { createTestContext, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { keyIdOf, tokenLimit } from '#tests/support/limits.ts'
import { type Customer, newCustomer } from '#tests/support/llm-calls.ts'
import { type MeteredLitellm, startMeteredLitellm } from '#tests/support/metered-litellm.ts'
import { type OracleServer, startOracleServer } from '#tests/support/oracle-server.ts'
import { giveKey } from '#tests/support/usage-events.ts'

let opened: TestContext
let ctx: ServiceContext
let oracle: OracleServer
let proxy: MeteredLitellm
let ahead = 0
const checkLimits = createLimitChecker()
let nextVault = 1
const owners: Record<string, string> = {}

beforeAll(async () => {
  opened = await createTestContext({ chain: ownersChain(owners).chain, clock: () => new Date(Date.now() + ahead) })
  oracle = await startOracleServer(() => ({ ...ctx, clock: () => new Date() }))
  proxy = await startMeteredLitellm({ url: `${oracle.url}/webhook/usage`, secret: TEST_SECRET })
  ctx = { ...opened.ctx, litellm: proxy.client }
})
afterAll(async () => {
  await proxy?.close()
  await oracle?.close()
  await opened?.[Symbol.asyncDispose]()
})
beforeEach(() => void (ahead = 0))

interface Subscriber {
  readonly account: string
  readonly keyId: string
  readonly owner: ServiceContext
  readonly customer: Customer
}

async function subscribe(owner = ANN): Promise<Subscriber> {
  const vaultId = nextVault++
  owners[vaultId] = owner
  const customer = await newCustomer(proxy.url, proxy.client, { flareflow_vault: String(vaultId) })
  const keyHash = await giveKey(ctx, BigInt(vaultId), customer.hash)
  return { account: `vault:${vaultId}`, keyId: keyIdOf(keyHash), owner: asUser(ctx, owner), customer }
}

/** One round of the worker's loops that limits take part in. */
async function work(): Promise<void> {
  await checkLimits(ctx)
  for (const handler of [keyStateHandler, keyLimitsHandler]) {
    while ((await dispatchOutbox(ctx, handler)) > 0);
  }
}

const statusOf = async ({ customer }: Subscriber, body: object = {}): Promise<number> =>
  (await customer.chat(body)).status

/** Works until a call is answered so; the last answer if that takes too long. */
async function until(wanted: number, call: () => Promise<number>): Promise<number> {
  for (const deadline = Date.now() + 30_000; ;) {
    await work()
    const status = await call()
    if (status === wanted || Date.now() > deadline) return status
    await sleep(100)
  }
}

const limitOf = async (subscriber: Subscriber, more: Partial<LimitInput>) =>
  (await createLimit(subscriber.owner, tokenLimit({ account: subscriber.account, ...more }))).limit

describe('a hard limit on a key', () => {
  test('is served below it, refused over it, served again when it is raised', async () => {
    const ann = await subscribe()
    const { id } = await limitOf(ann, { scope: 'key', value: ann.keyId, amount: '20' })
    await work()
    // Without the check nothing is refused, however much is used.
    expect([await statusOf(ann), await statusOf(ann), await statusOf(ann)]).toEqual([200, 200, 200])
    expect(await until(401, () => statusOf(ann))).toBe(401)
    await changeLimit(ann.owner, { id, amount: '1000000' })
    await work()
    expect(await statusOf(ann)).toBe(200)
  })

  test('is served again when the window ends, or the limit is removed', async () => {
    const ann = await subscribe()
    const { id } = await limitOf(ann, { scope: 'key', value: ann.keyId, amount: '1' })
    expect(await until(401, () => statusOf(ann))).toBe(401)
    ahead = 86_400_000
    await work()
    expect(await statusOf(ann)).toBe(200)
    ahead = 0
    const all = await limitOf(ann, { scope: 'key', value: ann.keyId, amount: '1', per: 'all' })
    expect(await until(401, () => statusOf(ann))).toBe(401)
    await removeLimit(ann.owner, { id: all.id })
    await removeLimit(ann.owner, { id })
    await work()
    expect(await statusOf(ann)).toBe(200)
  })

  test("has a fence in LiteLLM's own budgets, which goes when the limit does and never refuses usage below it", async () => {
    const ann = await subscribe()
    const day = await limitOf(ann, { scope: 'key', value: ann.keyId, amount: '100000' })
    const month = await limitOf(ann, { scope: 'key', value: ann.keyId, metric: 'usd', per: 'month', amount: '50' })
    await work()
    const windows = async () =>
      (await rawKey(ann)).budget_limits?.map(({ budget_duration: per }) => per).toSorted() ?? []
    expect(await windows()).toEqual(['1d', '1mo'])
    const answers = await Promise.all(Array.from({ length: 30 }, () => statusOf(ann)))
    expect(answers.filter((status) => status !== 200)).toEqual([])
    await removeLimit(ann.owner, day)
    await removeLimit(ann.owner, month)
    await work()
    expect(await windows()).toEqual([])
  })

  test('is refused by the fence alone while nobody counts here', async () => {
    const ann = await subscribe()
    await proxy.client.restrictKey(ann.customer.hash, { metadata: {}, budgets: { day: '0.000001' } })
    expect(await statusOf(ann)).toBe(200)
    expect(await until(422, () => statusOf(ann))).toBe(422)
    await proxy.client.restrictKey(ann.customer.hash, { metadata: {}, budgets: {} })
    expect(await statusOf(ann)).toBe(200)
  })
})

interface RawKey {
  budget_limits?: { budget_duration: string; max_budget: number }[] | null
}

async function rawKey({ customer }: Subscriber): Promise<RawKey> {
  const response = await fetch(`${proxy.url}/key/info?key=${customer.hash}`, {
    headers: { authorization: `Bearer ${proxy.masterKey}` },
  })
  return ((await response.json()) as { info: RawKey }).info
}

describe('a hard limit on a label', () => {
  test('is told again, with the fence, when LiteLLM has lost it or somebody changed it there', async () => {
    const ann = await subscribe()
    await limitOf(ann, { value: 'eve', amount: '1' })
    await limitOf(ann, { scope: 'key', value: ann.keyId, amount: '100000' })
    expect(await statusOf(ann, { user: 'eve' })).toBe(200)
    expect(await until(429, () => statusOf(ann, { user: 'eve' }))).toBe(429)
    const compare = async (): Promise<boolean> => {
      const known = await proxy.client.keyInfo(ann.customer.hash)
      return known !== null && compareKeyLimits(ctx, ann.keyId, known)
    }
    expect(await compare()).toBe(false)
    const { metadata = {}, budgets: [fence] = [] } = (await proxy.client.keyInfo(ann.customer.hash)) ?? {}
    const day = String(fence?.max_budget)
    for (const changed of [
      { metadata: { ...metadata, flareflow_refused: [] }, budgets: { day } },
      { metadata, budgets: {} },
      { metadata, budgets: { day, month: '7' } },
    ]) {
      await proxy.client.restrictKey(ann.customer.hash, changed)
      expect(await compare()).toBe(true)
      await work()
      expect(await proxy.client.keyInfo(ann.customer.hash)).toMatchObject({ metadata, budgets: [fence] })
      expect(await compare()).toBe(false)
    }
    expect(await statusOf(ann, { user: 'eve' })).toBe(429)
  })

  test('refuses exactly that end user of that account, and lets them in again when it is raised', async () => {
    const [ann, ben] = [await subscribe(ANN), await subscribe(BEN)]
    const { id } = await limitOf(ann, { value: 'eve', amount: '1' })
    expect(await statusOf(ann, { user: 'eve' })).toBe(200)
    expect(await until(429, () => statusOf(ann, { user: 'eve' }))).toBe(429)
    expect(await statusOf(ann, { user: 'adam' })).toBe(200)
    expect(await statusOf(ann)).toBe(200)
    expect(await statusOf(ben, { user: 'eve' })).toBe(200)
    await changeLimit(ann.owner, { id, amount: '1000000' })
    await work()
    expect(await statusOf(ann, { user: 'eve' })).toBe(200)
  })

  test('refuses an organization that a call names, in streams and embeddings too, and no other', async () => {
    const ann = await subscribe()
    await limitOf(ann, { scope: 'organization', value: 'acme', amount: '1' })
    const of = (organization: string) => ({ metadata: { organization } })
    expect(await statusOf(ann, of('acme'))).toBe(200)
    expect(await until(429, () => statusOf(ann, of('acme')))).toBe(429)
    expect(await statusOf(ann, { ...of('acme'), stream: true })).toBe(429)
    const embedding = { model: 'text-embedding-3-small', input: 'hello' }
    expect((await ann.customer.post('/v1/embeddings', { ...embedding, ...of('acme') })).status).toBe(429)
    expect((await ann.customer.post('/v1/embeddings', { ...embedding, ...of('apex') })).status).toBe(200)
    expect(await statusOf(ann, of('apex'))).toBe(200)
  })

  test('keeps what else LiteLLM knows of the key', async () => {
    const ann = await subscribe()
    const { id } = await limitOf(ann, { value: 'eve', amount: '1' })
    await statusOf(ann, { user: 'eve' })
    await until(429, () => statusOf(ann, { user: 'eve' }))
    const restricted = await proxy.client.keyInfo(ann.customer.hash)
    expect(restricted?.metadata).toMatchObject({
      flareflow_vault: ann.account.slice(6),
      flareflow_refused: [expect.any(String)],
    })
    await removeLimit(ann.owner, { id })
    await work()
    const { metadata } = (await proxy.client.keyInfo(ann.customer.hash)) ?? {}
    expect(metadata).toEqual({ flareflow_vault: ann.account.slice(6) })
  })
})

describe('the self-test', () => {
  const told = async () => {
    const ofKind = eq(alerts.kind, 'limits_not_enforced')
    const rows = await ctx.db.select().from(alerts).where(ofKind).orderBy(alerts.createdAt)
    return rows.map(({ data }) => data['fault'])
  }

  test('finds nothing while limits are enforced, and leaves no key behind', async () => {
    await testEnforcement(ctx)
    expect(await told()).toEqual([])
    const response = await fetch(`${proxy.url}/key/list?size=100&return_full_object=true`, {
      headers: { authorization: `Bearer ${proxy.masterKey}` },
    })
    expect(await response.text()).not.toContain('flareflow-canary')
  })

  test('tells the operator when labels or keys that should be refused are served', async () => {
    // A proxy without the plug-in knows nothing of the list in the metadata.
    const generateKey: typeof proxy.client.generateKey = (key) => proxy.client.generateKey({ ...key, metadata: {} })
    await testEnforcement({ ...ctx, litellm: { ...proxy.client, generateKey } })
    expect(await told()).toEqual(['labels'])
    await testEnforcement(ctx)
    const blockKey = (): Promise<void> => Promise.resolve()
    ahead = 3_600_000
    await testEnforcement({ ...ctx, litellm: { ...proxy.client, blockKey } })
    expect(await told()).toEqual(['labels', 'keys'])
  })
})

describe('why LiteLLM is not asked to do it alone', () => {
  const admin = (path: string, body: object) =>
    fetch(`${proxy.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${proxy.masterKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  test('the open-source proxy has no organizations', async () => {
    expect((await admin('/organization/new', { organization_alias: 'acme' })).status).toBe(403)
  })

  test('it serves a customer who is blocked', async () => {
    const ann = await subscribe()
    await admin('/customer/new', { user_id: 'blocked-user', blocked: true })
    expect(await statusOf(ann, { user: 'blocked-user' })).toBe(200)
  })

  test("a customer's restriction holds for everybody's keys", async () => {
    const [ann, ben] = [await subscribe(ANN), await subscribe(BEN)]
    await admin('/customer/new', { user_id: 'shared-name', models: ['no-such-model'] })
    expect([await statusOf(ann, { user: 'shared-name' }), await statusOf(ben, { user: 'shared-name' })]).toEqual([
      403, 403,
    ])
  })
})
