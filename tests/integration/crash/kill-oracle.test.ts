import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resolveImports } from '#lib/flow/addresses.ts'
import { createSigner } from '#services/clients/flow/index.ts'
import { openHome, projectRoot } from '#services/local/home.ts'
import { createSupervisor } from '#services/local/supervisor.ts'
import { outbox, readings } from '#services/platform/db/schema/index.ts'
import { expectChargedOnce, oracleVariables, untilSettled } from '#tests/support/billed-vault.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { deliver, type OracleProcess, startOracleProcess } from '#tests/support/oracle-process.ts'
import { startSharedChain } from '#tests/support/shared-chain.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'

let shared: ChainWorld
const running: OracleProcess[] = []
const contexts: TestContext[] = []

beforeAll(async () => {
  shared = await openChainWorld()
})
afterAll(async () => {
  await Promise.all(running.map((oracle) => oracle.kill()))
  await Promise.all(contexts.map((opened) => opened[Symbol.asyncDispose]()))
})

const CALLS = 40
const MODELS = ['gpt-4', 'claude-3-opus', 'llama-3-70b']

async function scene(world: ChainWorld) {
  const { deploymentId } = await world.chain.script('get_settings', {})
  const opened = await createTestContext({ chain: world.chain, deploymentId, variables: oracleVariables(world) })
  contexts.push(opened)
  const vaultId = await world.openVault(await world.newWallet())
  const keyHash = await giveKey(opened.ctx, vaultId)
  const startedAt = new Date().toISOString()
  const calls = Array.from({ length: CALLS }, (_, i) =>
    usageEvent(keyHash, { model: MODELS[i % 3] ?? '', inputTokens: String(i * 97), outputTokens: '13', startedAt }),
  )
  const start = async (more: Record<string, string> = {}): Promise<OracleProcess> => {
    const oracle = await startOracleProcess({ ...opened.variables, POLL_INTERVAL: '86400000', ...more })
    running.push(oracle)
    return oracle
  }
  return { ctx: opened.ctx, vaultId, calls, start }
}

type Scene = Awaited<ReturnType<typeof scene>>

/** The sender lost the answer and delivers everything again; then the oracle settles, and the books are compared. */
async function restartAndCompare({ ctx, vaultId, calls, start }: Scene): Promise<'charged once'> {
  const oracle = await start({ SETTLE_INTERVAL: '200' })
  expect(await deliver(oracle.url, calls)).toEqual({ stored: 0, duplicates: CALLS, rejected: [] })
  await untilSettled(ctx, vaultId)
  expect(await oracle.stop()).toBe('0')
  await expectChargedOnce(ctx, vaultId, calls)
  return 'charged once'
}

describe.concurrent('an oracle that is killed bills every call once and charges the vault once', () => {
  test('killed between receiving events and settlement', async () => {
    const here = await scene(shared)
    const oracle = await here.start({ SETTLE_INTERVAL: '86400000' })
    expect(await deliver(oracle.url, here.calls)).toEqual({ stored: CALLS, duplicates: 0, rejected: [] })
    expect(await oracle.kill()).toBe('SIGKILL')
    expect(await restartAndCompare(here)).toBe('charged once')
  })

  test.each(['after-plan', 'after-prepare', 'after-send', 'after-seal'])('killed %s', async (step) => {
    const here = await scene(shared)
    await killAt(here, step)
    expect(await restartAndCompare(here)).toBe('charged once')
  })

  test('killed after sending, its last writes lost with the disk', async () => {
    const here = await scene(shared)
    await killAt(here, 'after-send')
    await forgetSubmission(here)
    expect(await restartAndCompare(here)).toBe('charged once')
  })
})

async function killAt({ calls, start }: Scene, step: string): Promise<void> {
  const oracle = await start({ SETTLE_INTERVAL: '200', FLAREFLOW_FAILPOINT: step })
  await deliver(oracle.url, calls)
  expect(await oracle.ended).toBe('SIGKILL')
}

/** A database restored to the moment before the transaction was written down. */
async function forgetSubmission({ ctx, vaultId }: Scene): Promise<void> {
  const before = { status: 'planned' as const, txId: null, txIds: [], preparedHeight: null, submittedAt: null }
  const forgot = await ctx.db.update(readings).set(before).where(eq(readings.vaultId, vaultId)).returning()
  expect(forgot).toHaveLength(1)
  await ctx.db.update(outbox).set({ runAt: new Date(0) })
}

const CHECK = / +if reading\.sequence == 0 [\s\S]*?(?= +return MeterReadings\.fault\()/

/** Its pre- and postconditions say the same once more. */
const CONDITION = /^( +)\S.*\blastSequence\b.*:$/gm
const ONCE = /post \{\n {16}!result\n[\s\S]*?\n {12}\}/

/** Takes the check of sequence numbers out of the contract on a chain. */
async function plantBug(world: ChainWorld): Promise<void> {
  const usage = sourceOf('VaultUsage')
  expect(CHECK.exec(usage)?.[0]).toContain('"duplicate"')
  await update(world, 'VaultUsage', usage.replace(CHECK, '').replaceAll(CONDITION, '$1true:'))
  // The handlers' post-condition would still refuse what the vault takes twice.
  const triggers = sourceOf('FlareFDCTriggers')
  expect(ONCE.exec(triggers)?.[0]).toContain('It was processed before')
  await update(world, 'FlareFDCTriggers', triggers.replace(ONCE, 'post { true: "planted" }'))
}

const sourceOf = (name: string): string => readFileSync(join(projectRoot, `cadence/contracts/${name}.cdc`), 'utf8')

async function update({ chain, accounts }: ChainWorld, name: string, source: string): Promise<void> {
  const code = resolveImports(source, chain.addresses)
  await chain.send('deployment/update_contract', { name, code }, createSigner(accounts.admin))
}

test('a contract without the sequence check is found out by the same comparison', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flareflow-planted-'))
  const home = openHome(folder)
  const supervisor = createSupervisor(home)
  try {
    const planted = await openChainWorld(await startSharedChain(home, supervisor))
    const here = await scene(planted)
    await killAt(here, 'after-send')
    await plantBug(planted)
    await forgetSubmission(here)
    await expect(restartAndCompare(here)).rejects.toThrow('a sequence settled more than once')
  } finally {
    await Promise.all(running.map((oracle) => oracle.kill()))
    await supervisor.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
