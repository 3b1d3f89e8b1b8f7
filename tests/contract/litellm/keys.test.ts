import { beforeAll, describe, expect, test } from 'vitest'
import { createLitellmClient, type LitellmClient, meteredRoutes } from '#services/clients/litellm/index.ts'
import { customerOf, newCustomer, sha256 } from '../../support/llm-calls.ts'
import { useLitellm } from '../../support/stack.ts'

let url: string
let client: LitellmClient
beforeAll(async () => {
  const shared = await useLitellm()
  url = shared.url
  client = createLitellmClient(shared)
})

describe('a key from its making to its end', () => {
  test('its hash is the SHA-256 of the secret, and it works at once', async () => {
    const customer = await newCustomer(url, client)
    expect(customer.hash).toBe(sha256(customer.secret))
    expect((await customer.chat()).status).toBe(200)
  })

  test('is found by alias and by hash, with what it was made with', async () => {
    const { alias, hash } = await newCustomer(url, client)
    const limits = { tokensPerMinute: null, parallelRequests: null, hasBudget: false }
    const expected = { alias, hash, status: 'active', allowedRoutes: meteredRoutes, limits, metadata: { test: 'yes' } }
    expect(await client.keyInfo(hash)).toEqual({ ...expected, budgets: [] })
    expect(await client.findKeyByAlias(alias)).toEqual(expected)
  })

  test('an alias finds its own key only, never one whose alias begins with it', async () => {
    const { alias } = await newCustomer(url, client)
    expect(await client.findKeyByAlias(alias.slice(0, -1))).toBeNull()
    expect(await client.keyInfo(sha256('nobody'))).toBeNull()
  })

  test('a second key of the same alias is refused', async () => {
    const { alias } = await newCustomer(url, client)
    const again = client.generateKey({ alias, secret: `sk-${sha256(alias)}`, metadata: {} })
    await expect(again).rejects.toMatchObject({ code: 'litellm_refused', details: { status: 400 } })
  })

  test('is refused as soon as it is blocked, and served again after', async () => {
    const customer = await newCustomer(url, client)
    expect((await customer.chat()).status).toBe(200)
    await client.blockKey(customer.hash)
    expect((await customer.chat()).status).toBe(401)
    expect(await client.keyInfo(customer.hash)).toMatchObject({ status: 'blocked' })
    await client.unblockKey(customer.hash)
    expect((await customer.chat()).status).toBe(200)
  })

  test('is held to the tokens of a minute and to the budget it was given', async () => {
    const [quick, poor] = [await newCustomer(url, client), await newCustomer(url, client)]
    await client.setKeyLimits(quick.hash, { tokensPerMinute: 60, parallelRequests: 5, budgetUsd: '10.00000000' })
    const answers = [await quick.chat(), await quick.chat(), await quick.chat(), await quick.chat()]
    expect(answers.map(({ status }) => status)).toContain(429)
    await client.setKeyLimits(poor.hash, { tokensPerMinute: 10_000, parallelRequests: 5, budgetUsd: '0.00000000' })
    expect((await poor.chat()).status).not.toBe(200)
    expect(await client.keyInfo(poor.hash)).toMatchObject({
      limits: { tokensPerMinute: 10_000, parallelRequests: 5, hasBudget: true },
    })
  })

  test('is refused once deleted, by hash or by alias; deleting it again says that it was not there', async () => {
    const [first, second] = [await newCustomer(url, client), await newCustomer(url, client)]
    expect(await client.deleteKey({ hash: first.hash })).toBe(true)
    expect(await client.deleteKey({ alias: second.alias })).toBe(true)
    expect([(await first.chat()).status, (await second.chat()).status]).toEqual([401, 401])
    expect(await client.keyInfo(first.hash)).toMatchObject({ status: 'deleted' })
    expect(await client.findKeyByAlias(first.alias)).toBeNull()
    expect(await client.deleteKey({ hash: first.hash })).toBe(false)
    expect(await client.deleteKey({ alias: second.alias })).toBe(false)
  })

  test('blocking a key that is not there is refused', async () => {
    await expect(client.blockKey(sha256('nobody'))).rejects.toMatchObject({ code: 'litellm_refused' })
  })
})

describe('the administration', () => {
  test('says that it is ready and which models it has', async () => {
    expect(await client.readiness()).toEqual({ ready: true })
    const models = await client.listModels()
    expect(models).toContainEqual({ name: 'gpt-4', mode: 'chat' })
    expect(models).toContainEqual({ name: 'text-embedding-3-small', mode: 'embedding' })
  })

  test('a wrong master key is told apart from a refused request', async () => {
    const stranger = createLitellmClient({ url, masterKey: 'sk-not-the-master-key' })
    await expect(stranger.listModels()).rejects.toMatchObject({
      code: 'litellm_refused',
      publicMessage: 'LiteLLM refused the master key. Check LITELLM_MASTER_KEY.',
    })
  })

  test('a key of a customer is no master key', async () => {
    const customer = await newCustomer(url, client)
    const asMaster = createLitellmClient({ url, masterKey: customer.secret })
    await expect(asMaster.blockKey(customer.hash)).rejects.toMatchObject({ code: 'litellm_refused' })
    expect((await customerOf(url, customer.secret).chat()).status).toBe(200)
  })
})
