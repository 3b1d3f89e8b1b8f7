import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mintEventId } from '#lib/metering/event-id.ts'
import { apiKeys, vaultHolds, watermarks } from '#services/platform/db/schema/index.ts'
import { sweepVaultHolds } from '#services/vault-holds/index.ts'
import { oracleVariables } from '#tests/support/billed-vault.ts'
import { type ChainWorld, openChainWorld, signerOf } from '#tests/support/chain-world.ts'
import { createTestContext, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { deliver, type OracleProcess, signedHeaders, startOracleProcess } from '#tests/support/oracle-process.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'
import type { Wallet } from '#tests/support/web-browser.ts'

let world: ChainWorld
let opened: TestContext
let oracles: OracleProcess[]

const start = (): Promise<OracleProcess> =>
  startOracleProcess({ ...opened.variables, ORACLE_ROLES: 'receiver', DATABASE_POOL: '4' })

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId, variables: oracleVariables(world) })
  oracles = await Promise.all([start(), start()])
})
afterAll(async () => {
  await Promise.all((oracles ?? []).map((oracle) => oracle.kill()))
  await opened?.[Symbol.asyncDispose]()
})

interface Held {
  readonly vaultId: bigint
  readonly owner: Wallet
  readonly keyHash: string
}

async function newVault(deposit: string): Promise<Held> {
  const owner = await world.newWallet()
  const vaultId = await world.openVault(owner, { deposit })
  const keyHash = createHash('sha256').update(randomBytes(16)).digest('hex')
  await giveKey(opened.ctx, vaultId, keyHash)
  await opened.ctx.db.update(apiKeys).set({ createdBy: owner.address }).where(eq(apiKeys.keyHash, keyHash))
  return { vaultId, owner, keyHash }
}

/** 2,000 tokens of gpt-4: 0.06 USD. */
const TOKENS = 2_000
type Answer = { granted: boolean; code?: string } | 'lost'

async function ask(oracle: OracleProcess, keyHash: string): Promise<{ eventId: string; answer: Answer }> {
  const eventId = mintEventId(TEST_SECRET, randomBytes(16).toString('hex'), keyHash)
  const body = JSON.stringify({ eventId, keyHash, model: 'gpt-4', tokens: String(TOKENS) })
  const asked = fetch(`${oracle.url}/holds`, { method: 'POST', headers: signedHeaders(body), body })
  const answer = await asked.then(
    async (response) => (response.ok ? ((await response.json()) as Answer) : ('lost' as const)),
    () => 'lost' as const,
  )
  return { eventId, answer }
}

const isGranted = ({ answer }: { answer: Answer }): boolean => answer !== 'lost' && answer.granted
const oracleAt = (i: number): OracleProcess => oracles[i % oracles.length] as OracleProcess
const statesOf = async (vaultId: bigint): Promise<Record<string, number>> => {
  const rows = await opened.ctx.db.select().from(vaultHolds).where(eq(vaultHolds.vaultId, vaultId))
  return Object.fromEntries([...Map.groupBy(rows, ({ state }) => state)].map(([state, all]) => [state, all.length]))
}
const usedUp = ({ keyHash }: Held, ids: readonly string[]) => {
  const startedAt = new Date().toISOString()
  const counts = { model: 'gpt-4', inputTokens: String(TOKENS), outputTokens: '0', startedAt, endedAt: startedAt }
  return ids.map((id) => usageEvent(keyHash, { id, ...counts }))
}

test('two processes and 200 clients: exactly the 50 requests that the vault pays for, to its last FLOW', async () => {
  // 3 FLOW at 1 USD.
  const vault = await newVault('3.0')
  const asked = await Promise.all(Array.from({ length: 200 }, (_, i) => ask(oracleAt(i), vault.keyHash)))
  const granted = asked.filter(isGranted)
  expect(granted).toHaveLength(50)
  const codes = new Set(asked.flatMap(({ answer }) => (answer !== 'lost' && !answer.granted ? [answer.code] : [])))
  expect(codes).toEqual(new Set(['vault_funds_held']))
  const ids = granted.map(({ eventId }) => eventId)
  expect(await deliver(oracleAt(0).url, usedUp(vault, ids))).toMatchObject({ stored: 50, rejected: [] })
  expect(await statesOf(vault.vaultId)).toEqual({ posted: 50 })
  const { answer } = await ask(oracleAt(1), vault.keyHash)
  expect(answer).toMatchObject({ granted: false, status: 402, code: 'insufficient_vault' })
  await world.chain.send('owner/deposit', { vaultId: vault.vaultId, amount: '1.0' }, signerOf(vault.owner))
  await sleep(1_100)
  expect(isGranted(await ask(oracleAt(0), vault.keyHash))).toBe(true)
})

test('a process that is killed in the middle, again and again: nothing is overspent, and no hold is left', async () => {
  const vault = await newVault('3.0')
  const granted: string[] = []
  const lost: string[] = []
  const ending = new AbortController()
  const client = async (i: number): Promise<void> => {
    while (!ending.signal.aborted) {
      const asked = await ask(oracleAt(i), vault.keyHash)
      if (isGranted(asked)) granted.push(asked.eventId)
      else if (asked.answer === 'lost') lost.push(asked.eventId)
      await sleep(20)
    }
  }
  const clients = Promise.all(Array.from({ length: 20 }, (_, i) => client(i)))
  for (let kill = 0; kill < 6; kill += 1) {
    await sleep(150)
    const [victim] = oracles
    await victim?.kill()
    oracles = [...oracles.slice(1), await start()]
  }
  ending.abort()
  await clients
  expect(lost.length).toBeGreaterThan(0)
  expect(granted.length).toBeLessThanOrEqual(50)
  await deliver(oracleAt(0).url, usedUp(vault, granted))
  // Whoever lost the answer never sent its request: the books are read past it, and its hold ends.
  const { ctx } = opened
  const position = new Date(Date.now() + 7_200_000)
  await ctx.db.insert(watermarks).values({ name: `spend-logs:${vault.keyHash}`, position })
  await sweepVaultHolds({ ...ctx, clock: () => new Date(Date.now() + 3_600_000) })
  const states = await statesOf(vault.vaultId)
  expect(states['held'] ?? 0).toBe(0)
  expect(states['posted']).toBe(granted.length)
  const { rows } = await ctx.db.execute<{ tokens: string }>(
    sql`select coalesce(sum(tokens), 0)::text as tokens from meters where vault_id = ${vault.vaultId.toString()}`,
  )
  expect(Number(rows[0]?.tokens)).toBeLessThanOrEqual(50 * TOKENS)
})
