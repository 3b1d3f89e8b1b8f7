import { setTimeout as sleep } from 'node:timers/promises'
import { eq, sql } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'
import { outbox, readings } from '#services/platform/db/schema/index.ts'
import { expectChargedOnce, oracleVariables, settlementsOf, untilSettled } from '#tests/support/billed-vault.ts'
import { openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext } from '#tests/support/context.ts'
import { deliver, type OracleProcess, startOracleProcess } from '#tests/support/oracle-process.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'

const WORKERS = 4
const VAULTS = 3
const LEASE_MS = 200
const PAUSES = process.env['TEST_LONG'] ? 120 : 14
const LONGEST_PAUSE_MS = 900
const seed = Math.floor(Math.random() * 2 ** 31)

let running: OracleProcess[] = []
afterAll(() => Promise.all(running.map((oracle) => oracle.kill())))

function dice(): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * sides)
  }
}

test(`${WORKERS} workers, stopped and woken ${PAUSES} times, settle each reading once (seed ${seed})`, async () => {
  const roll = dice()
  const world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  const variables = { ...oracleVariables(world), SETTLE_INTERVAL: '100', OUTBOX_LEASE: String(LEASE_MS) }
  await using opened = await createTestContext({ chain: world.chain, deploymentId, variables })
  const { ctx } = opened
  const vaults = []
  for (let i = 0; i < VAULTS; i += 1) {
    const vaultId = await world.openVault(await world.newWallet())
    vaults.push({ vaultId, keyHash: await giveKey(ctx, vaultId), calls: [] as ReturnType<typeof usageEvent>[] })
  }
  const roles = (list: string) => startOracleProcess({ ...opened.variables, ORACLE_ROLES: list })
  const receiver = await roles('receiver')
  const workers = await Promise.all(Array.from({ length: WORKERS }, () => roles('settler')))
  running = [receiver, ...workers]
  for (let pause = 0; pause < PAUSES; pause += 1) {
    const startedAt = new Date().toISOString()
    for (const { keyHash, calls } of vaults) {
      const batch = Array.from({ length: 1 + roll(4) }, () => usageEvent(keyHash, { startedAt }))
      calls.push(...batch)
      await deliver(receiver.url, batch)
    }
    const paused = workers.filter(() => roll(2) === 0).slice(0, WORKERS - 1)
    for (const { pid } of paused) process.kill(pid, 'SIGSTOP')
    await sleep(LEASE_MS + roll(LONGEST_PAUSE_MS))
    for (const { pid } of paused) process.kill(pid, 'SIGCONT')
  }
  for (const { vaultId, calls } of vaults) {
    await untilSettled(ctx, vaultId)
    await expectChargedOnce(ctx, vaultId, calls)
    const settled = await settlementsOf(ctx, vaultId)
    const sealed = await ctx.db.$count(readings, sql`vault_id = ${vaultId} and status = 'sealed'`)
    expect(settled).toHaveLength(sealed)
  }
  // Claims did pass from stopped workers to others, and what those wrote on waking changed nothing.
  const taken = await ctx.db.$count(outbox, sql`fence > 1 and done_at is not null`)
  expect(taken).toBeGreaterThan(0)
  await expect.poll(() => ctx.db.$count(outbox, sql`done_at is null`)).toBe(0)
  expect(await ctx.db.$count(readings, eq(readings.status, 'failed'))).toBe(0)
  expect(await Promise.all(running.map((oracle) => oracle.stop()))).toEqual(running.map(() => '0'))
})
