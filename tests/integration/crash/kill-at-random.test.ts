import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { expectChargedOnce, oracleVariables, untilSettled } from '#tests/support/billed-vault.ts'
import { openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext } from '#tests/support/context.ts'
import { deliver, type OracleProcess, startOracleProcess } from '#tests/support/oracle-process.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'

const KILLS = process.env['TEST_LONG'] ? 200 : 6
const VAULTS = 3
const LONGEST_LIFE_MS = 1_500
const seed = Math.floor(Math.random() * 2 ** 31)

let current: OracleProcess | null = null
afterAll(() => current?.kill())

function dice(): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * sides)
  }
}

/** Delivers until the oracle dies; returns what it never acknowledged. */
async function deliverAll(oracle: OracleProcess, batches: readonly unknown[][]): Promise<unknown[][]> {
  const results = await Promise.all(
    batches.map((batch) =>
      deliver(oracle.url, batch).then(
        () => [],
        () => [batch],
      ),
    ),
  )
  return results.flat()
}

test(`killed ${KILLS} times at random moments, it bills every call once (seed ${seed})`, async () => {
  const roll = dice()
  const world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  const variables = oracleVariables(world)
  await using opened = await createTestContext({ chain: world.chain, deploymentId, variables })
  const vaults = []
  for (let i = 0; i < VAULTS; i += 1) {
    const vaultId = await world.openVault(await world.newWallet())
    vaults.push({ vaultId, keyHash: await giveKey(opened.ctx, vaultId), calls: [] as ReturnType<typeof usageEvent>[] })
  }
  const start = async () => (current = await startOracleProcess({ ...opened.variables, SETTLE_INTERVAL: '100' }))
  let unacknowledged: unknown[][] = []
  for (let kill = 0; kill < KILLS; kill += 1) {
    const oracle = await start()
    const startedAt = new Date().toISOString()
    const fresh = vaults.map(({ keyHash, calls }) => {
      const batch = Array.from({ length: 1 + roll(20) }, () =>
        usageEvent(keyHash, { startedAt, inputTokens: String(roll(5_000)) }),
      )
      calls.push(...batch)
      return batch
    })
    const sending = deliverAll(oracle, [...unacknowledged, ...fresh])
    await sleep(roll(LONGEST_LIFE_MS))
    await oracle.kill()
    unacknowledged = await sending
  }
  const last = await start()
  expect(await deliverAll(last, unacknowledged)).toEqual([])
  for (const { vaultId, calls } of vaults) {
    await untilSettled(opened.ctx, vaultId)
    await expectChargedOnce(opened.ctx, vaultId, calls)
  }
  expect(await last.stop()).toBe('0')
})
