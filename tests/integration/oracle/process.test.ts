import { createServer } from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readings } from '#services/platform/db/schema/index.ts'
import type { Health } from '#services/oracle/health.ts'
import { expectChargedOnce, oracleVariables, untilSettled } from '#tests/support/billed-vault.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { deliver, type OracleProcess, startOracleProcess } from '#tests/support/oracle-process.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'

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

async function start(more: Record<string, string> = {}): Promise<OracleProcess> {
  const oracle = await startOracleProcess({ ...opened.variables, SETTLE_INTERVAL: '300', ...more })
  running.push(oracle)
  return oracle
}

test('two oracles on the same books settle every vault once', async () => {
  const [one, two] = [await start(), await start()]
  const vaults = []
  for (let i = 0; i < 4; i += 1) {
    const vaultId = await world.openVault(await world.newWallet())
    const keyHash = await giveKey(opened.ctx, vaultId)
    const startedAt = new Date().toISOString()
    vaults.push({ vaultId, calls: Array.from({ length: 12 }, () => usageEvent(keyHash, { startedAt })) })
  }
  for (let part = 0; part < 3; part += 1) {
    const calls = vaults.flatMap((vault) => vault.calls.slice(part * 4, part * 4 + 4))
    await Promise.all([deliver(one.url, calls), deliver(two.url, calls.toReversed())])
    await sleep(400)
  }
  for (const { vaultId, calls } of vaults) {
    await untilSettled(opened.ctx, vaultId)
    await expectChargedOnce(opened.ctx, vaultId, calls)
  }
  expect(await Promise.all([one.stop(), two.stop()])).toEqual(['0', '0'])
})

test('health tells each part and worker, and no secret; without LiteLLM it is degraded', async () => {
  const oracle = await start()
  const response = await fetch(`${oracle.url}/health`)
  const text = await response.text()
  const health = JSON.parse(text) as Health
  expect(response.status).toBe(200)
  expect(health.status).toBe('degraded')
  expect(health.parts).toMatchObject({
    database: { ok: true, detail: { deadLetters: 0 } },
    chain: { ok: true },
    litellm: { ok: false },
  })
  expect(health.roles).toEqual(['receiver', 'poller', 'settler'])
  expect(health.lag).toMatchObject({ outboxMs: expect.any(Number), unsettledMs: null })
  const loops = [
    'settlement.plan',
    'settlement.reading',
    'metering.spend-logs',
    'metering.poll',
    'metering.storage',
    'vault-guard',
  ]
  expect(health.workers.map(({ name }) => name)).toEqual(expect.arrayContaining(loops))
  for (const secret of [TEST_SECRET, opened.variables['FLOW_PRIVATE_KEY'] ?? '', 'postgres']) {
    expect(text).not.toContain(secret)
  }
  expect(await oracle.stop()).toBe('0')
})

test('asked to end in the middle of a burst, it has stored all that it acknowledged', async () => {
  const oracle = await start({ SETTLE_INTERVAL: '86400000' })
  const vaultId = await world.openVault(await world.newWallet())
  const keyHash = await giveKey(opened.ctx, vaultId)
  const startedAt = new Date().toISOString()
  const batches = Array.from({ length: 40 }, () => Array.from({ length: 20 }, () => usageEvent(keyHash, { startedAt })))
  const sent = batches.map(async (batch) => (await deliver(oracle.url, batch), batch))
  await Promise.race(sent)
  expect(await oracle.stop()).toBe('0')
  const answers = await Promise.allSettled(sent)
  const acknowledged = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  const next = await start()
  for (const batch of batches) {
    const known = acknowledged.filter((call) => batch.includes(call)).length
    const { duplicates } = await deliver(next.url, batch)
    expect(Number(duplicates)).toBeGreaterThanOrEqual(known)
  }
  await untilSettled(opened.ctx, vaultId)
  await expectChargedOnce(opened.ctx, vaultId, batches.flat())
  await next.stop()
})

test('without its key it takes usage, and readings wait with the reason', async () => {
  const { FLOW_PRIVATE_KEY: _, ...without } = opened.variables
  const keyless = await startOracleProcess({ ...without, SETTLE_INTERVAL: '300' })
  running.push(keyless)
  const vaultId = await world.openVault(await world.newWallet())
  const keyHash = await giveKey(opened.ctx, vaultId)
  const call = usageEvent(keyHash, { startedAt: new Date().toISOString() })
  expect(await deliver(keyless.url, [call])).toMatchObject({ stored: 1 })
  const rows = () => opened.ctx.db.select().from(readings).where(eq(readings.vaultId, vaultId))
  await expect.poll(async () => (await rows()).length).toBe(1)
  await sleep(1_000)
  expect(await rows()).toMatchObject([{ status: 'planned', txId: null }])
  await keyless.stop()
  await start()
  await untilSettled(opened.ctx, vaultId)
  await expectChargedOnce(opened.ctx, vaultId, [call])
})

test('a taken port is said in one sentence', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = address && typeof address === 'object' ? String(address.port) : ''
  try {
    await expect(startOracleProcess({ ...opened.variables, ORACLE_PORT: port })).rejects.toThrow(
      `Port ${port} of the oracle is taken. Set ORACLE_PORT to a free one.`,
    )
  } finally {
    server.close()
  }
})
