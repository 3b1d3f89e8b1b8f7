import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIngestWriter } from '#services/metering/index.ts'
import { createOracleApp } from '#services/oracle/app.ts'
import type { Health } from '#services/oracle/health.ts'
import { runOracle } from '#services/oracle/run-oracle.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { loadEnv } from '#services/platform/env.ts'
import { expectChargedOnce, oracleVariables, untilSettled } from '#tests/support/billed-vault.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { deliver, type OracleProcess, signedHeaders, startOracleProcess } from '#tests/support/oracle-process.ts'
import { giveKey, hashOf, usageEvent } from '#tests/support/usage-events.ts'

let world: ChainWorld
let opened: TestContext
const running: OracleProcess[] = []

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId, variables: oracleVariables(world) })
})
afterAll(async () => {
  await Promise.all(running.map((oracle) => oracle.kill()))
  await opened[Symbol.asyncDispose]()
})

async function start(more: Record<string, string> = {}, options = {}): Promise<OracleProcess> {
  const oracle = await startOracleProcess({ ...opened.variables, SETTLE_INTERVAL: '300', ...more }, options)
  running.push(oracle)
  return oracle
}
async function billedVault(calls: number) {
  const vaultId = await world.openVault(await world.newWallet())
  const keyHash = await giveKey(opened.ctx, vaultId)
  const startedAt = new Date().toISOString()
  return { vaultId, calls: Array.from({ length: calls }, () => usageEvent(keyHash, { startedAt })) }
}
const healthOf = async ({ url }: OracleProcess) => (await (await fetch(`${url}/health`)).json()) as Health
const metricsOf = async (url: string) => (await fetch(`${url}/metrics`)).text()
const valueOf = (metrics: string, name: string): number => {
  const line = metrics.split('\n').find((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`))
  return Number(line?.split(' ').at(-1))
}

describe('each process does the share of its roles', () => {
  test('a receiver takes usage, a settler settles it, a poller takes none', async () => {
    const [receiver, poller, settler] = await Promise.all([
      start({ ORACLE_ROLES: 'receiver' }),
      start({ ORACLE_ROLES: 'poller' }),
      start({ ORACLE_ROLES: 'settler' }),
    ])
    const loops = async (oracle: OracleProcess) => (await healthOf(oracle)).workers.map(({ name }) => name)
    expect(await loops(receiver)).toEqual([])
    expect(await loops(settler)).toEqual(expect.arrayContaining(['settlement.plan', 'settlement.reading']))
    expect(await loops(settler)).not.toContain('metering.spend-logs')
    expect(await loops(poller)).toEqual(expect.arrayContaining(['metering.spend-logs', 'metering.poll']))
    expect(await loops(poller)).not.toContain('settlement.plan')
    expect((await healthOf(settler)).roles).toEqual(['settler'])
    const { vaultId, calls } = await billedVault(7)
    for (const other of [poller, settler]) await expect(deliver(other.url, calls)).rejects.toThrow('404')
    expect(await deliver(receiver.url, calls)).toMatchObject({ stored: 7 })
    await untilSettled(opened.ctx, vaultId)
    await expectChargedOnce(opened.ctx, vaultId, calls)
    expect(await Promise.all([receiver, poller, settler].map((oracle) => oracle.stop()))).toEqual(['0', '0', '0'])
  })

  test('an unknown role stops the start with a sentence', async () => {
    await expect(start({ ORACLE_ROLES: 'receiver,banker' })).rejects.toThrow(
      'ORACLE_ROLES must be a comma list of receiver, poller, settler',
    )
  })
})

describe('ready', () => {
  test('says no while a migration is missing, or the database does not answer; alive it is all the same', async () => {
    await using other = await createTestContext({ chain: world.chain, deploymentId: opened.ctx.deploymentId })
    const appOf = (ctx: ServiceContext) => createOracleApp({ ctx, ingest: createIngestWriter(ctx), workers: () => [] })
    const ask = async (ctx: ServiceContext, path: string) => (await appOf(ctx).request(path)).status
    expect(await ask(other.ctx, '/health/ready')).toBe(200)
    const newest = sql`(select max(created_at) from drizzle.__drizzle_migrations)`
    await other.ctx.db.execute(sql`delete from drizzle.__drizzle_migrations where created_at = ${newest}`)
    expect(await ask(other.ctx, '/health/ready')).toBe(503)
    const away = await createTestContext()
    await away[Symbol.asyncDispose]()
    expect(await ask(away.ctx, '/health/ready')).toBe(503)
    for (const { ctx } of [other, away]) expect(await ask(ctx, '/health/live')).toBe(200)
  })
})

describe('measurements', () => {
  test('tell what a restart must not reset from the database, and nothing of who called what', async () => {
    const { vaultId, calls } = await billedVault(3)
    const planted = `planted-${randomBytes(6).toString('hex')}`
    const odd = { ...calls[2], endUser: planted, feature: planted, model: `${planted} with spaces` }
    const first = await start()
    await deliver(first.url, [calls[0], calls[0], calls[1], odd, usageEvent(hashOf(planted))])
    await untilSettled(opened.ctx, vaultId)
    const before = await metricsOf(first.url)
    expect(before).toContain('flareflow_usage_items_total{road="plugin",outcome="stored",reason=""} 2')
    expect(before).toContain('flareflow_usage_items_total{road="plugin",outcome="duplicate",reason=""} 1')
    expect(before).toContain('reason="unknown_key"} 1')
    expect(before).toContain('reason="invalid_model_name"} 1')
    expect(before).toContain('flareflow_ingest_seconds_count 1')
    expect(before).toContain('flareflow_up{part="litellm"} 0')
    expect(before).toContain('flareflow_up{part="chain"} 1')
    for (const name of [
      'flareflow_ingest_queue_events',
      'flareflow_poll_lag_seconds',
      'flareflow_readings',
      'flareflow_settlement_alarms',
      'flareflow_unsettled_seconds',
      'flareflow_dead_letters_open',
      'flareflow_chain_height',
      'flareflow_chain_block_age_seconds',
      'flareflow_oracle_flow',
      'flareflow_loop_failures',
      'process_resident_memory_bytes',
    ]) {
      expect({ name, isThere: valueOf(before, name) >= 0 }).toEqual({ name, isThere: true })
    }
    for (const text of [planted, calls[0]?.keyHash ?? '', calls[0]?.callId ?? '', TEST_SECRET]) {
      expect(before).not.toContain(text)
    }
    await first.kill()
    const second = await start()
    const after = await metricsOf(second.url)
    for (const name of ['flareflow_events_stored', 'flareflow_dead_letters_open']) {
      expect({ name, value: valueOf(after, name) }).toEqual({ name, value: valueOf(before, name) })
    }
    expect(after).not.toContain('flareflow_usage_items_total{')
    await second.stop()
  })

  test('are for this machine, or for who has the secret', async () => {
    const oracle = await start()
    const ask = async (headers: Record<string, string>) => (await fetch(`${oracle.url}/metrics`, { headers })).status
    expect(await ask({})).toBe(200)
    expect(await ask({ 'x-forwarded-for': '203.0.113.7' })).toBe(401)
    expect(await ask({ forwarded: 'for=203.0.113.7' })).toBe(401)
    expect(await ask({ 'x-forwarded-for': '127.0.0.1', authorization: 'Bearer wrong-secret' })).toBe(401)
    expect(await ask({ 'x-forwarded-for': '203.0.113.7', authorization: `Bearer ${TEST_SECRET}` })).toBe(200)
    await oracle.stop()
  })
})

test('asked to end, it finishes what it has, refuses what is new, and is gone soon', async () => {
  const oracle = await runOracle(loadEnv({ ...opened.variables, ORACLE_PORT: '0' }))
  const url = `http://127.0.0.1:${oracle.port}`
  const { vaultId, calls } = await billedVault(2)
  const [first, second] = calls
  expect(await deliver(url, [first])).toMatchObject({ stored: 1 })
  const { underWay, stopped } = await opened.ctx.db.transaction(async (tx) => {
    await tx.execute(sql`select 1 from meter_periods where vault_id = ${vaultId} for update`)
    const delivery = deliver(url, [second])
    await expect.poll(async () => valueOf(await metricsOf(url), 'flareflow_ingest_queue_events')).toBe(1)
    const end = oracle.stop()
    const body = JSON.stringify({ source: 'flareflow-meter', version: 1, events: [] })
    const refused = await fetch(`${url}/webhook/usage`, { method: 'POST', headers: signedHeaders(body), body })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await refused.json()).toMatchObject({ error: { code: 'stopping' } })
    expect((await fetch(`${url}/health/ready`)).status).toBe(503)
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    return { underWay: { delivery }, stopped: { end } }
  })
  expect(await underWay.delivery).toMatchObject({ stored: 1 })
  await stopped.end
  await expect(fetch(`${url}/health/live`)).rejects.toThrow('fetch failed')
})

test('no secret and no text of a call is in what it writes, whatever it is sent', async () => {
  const canary = () => `canary-${randomBytes(8).toString('hex')}`
  const secrets = { webhook: canary(), session: canary(), master: `sk-${canary()}` }
  const [prompt, wrong] = [canary(), canary()]
  const oracle = await start(
    {
      LITELLM_WEBHOOK_SECRET: secrets.webhook,
      SESSION_SECRET: secrets.session,
      LITELLM_MASTER_KEY: secrets.master,
      POLL_INTERVAL: '200',
    },
    { logLevel: 'trace' },
  )
  const post = (body: string, headers: Record<string, string>) =>
    fetch(`${oracle.url}/webhook/usage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })
  const { calls } = await billedVault(1)
  const entry = {
    metadata: { user_api_key_hash: hashOf('x') },
    messages: [{ content: prompt }],
    api_key: secrets.master,
  }
  const event = { ...calls[0], messages: prompt, startedAt: prompt }
  const signed = JSON.stringify({ source: 'flareflow-meter', version: 1, events: [calls[0], event, prompt, null] })
  const sent: [string, Record<string, string>][] = [
    [JSON.stringify([entry]), { authorization: `Bearer ${secrets.webhook}` }],
    [JSON.stringify({ ...entry, vault_id: '9' }), { 'x-webhook-secret': secrets.webhook }],
    [JSON.stringify(entry), { authorization: `Bearer ${wrong}` }],
    [`{"${prompt}`, { authorization: `Bearer ${secrets.webhook}` }],
    [signed, signedHeaders(signed, secrets.webhook)],
    [signed, signedHeaders(signed, wrong)],
  ]
  const texts: string[] = []
  for (const [body, headers] of sent) texts.push(await (await post(body, headers)).text())
  texts.push(await (await fetch(`${oracle.url}/health`)).text(), await metricsOf(oracle.url))
  await expect.poll(() => oracle.output()).toContain('spend logs of a key could not be read')
  expect(await oracle.stop()).toBe('0')
  const said = [...texts, oracle.output()].join('\n')
  expect(said).toContain('a request was refused')
  const { FLOW_PRIVATE_KEY: flowKey = '', DATABASE_URL: url = '' } = opened.variables
  const hidden = [...Object.values(secrets), prompt, wrong, flowKey, new URL(url).password]
  expect(hidden.filter((text) => said.includes(text))).toEqual([])
})
