import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { ServiceContext } from '#services/platform/context.ts'
import { deadLetters, events, outbox } from '#services/platform/db/schema/index.ts'
import { expectChargedOnce, oracleVariables, untilSettled } from '#tests/support/billed-vault.ts'
import { type BooksServer, startBooksServer } from '#tests/support/books-server.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { contextOn, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { endTrouble, type KillStorm, openKillStorm, TROUBLES } from '#tests/support/kill-storm.ts'
import { type OracleProcess, startOracleProcess } from '#tests/support/oracle-process.ts'
import { type OwnPostgres, startOwnPostgres } from '#tests/support/own-postgres.ts'
import { startStormSenders, type StormSenders } from '#tests/support/storm-senders.ts'
import { brokenTrees, wrongSums } from '#tests/support/usage-sums.ts'
import { dice } from '#tests/support/usage-storm.ts'

const long = Boolean(process.env['TEST_LONG'])
const KILLS = long ? 1_000 : 25
/** Every so many kills the database crashes, too. */
const KILLS_PER_CRASH = long ? 25 : 8
const VAULTS = 3
const CLIENTS = 8
const COPIES = 3
const LONGEST_LIFE_MS = 1_200
const PATIENCE_MS = long ? 7_200_000 : 300_000
const seed = Math.floor(Math.random() * 2 ** 31)
const roll = dice(seed)

let world: ChainWorld
let postgres: OwnPostgres
let opened: TestContext
let ctx: ServiceContext
let books: BooksServer
let current: OracleProcess | null = null

beforeAll(async () => {
  world = await openChainWorld()
  books = await startBooksServer({ now: () => new Date(), pageSize: 100 })
})
afterEach(async () => {
  await current?.kill()
  current = null
  await opened?.[Symbol.asyncDispose]()
  await postgres?.[Symbol.asyncDispose]()
})
afterAll(() => books?.close())

async function openScene(): Promise<KillStorm> {
  postgres = await startOwnPostgres()
  const { deploymentId } = await world.chain.script('get_settings', {})
  const settings = { LITELLM_URL: books.url, POLL_LAG: '20000', POLL_INTERVAL: '1000', OUTBOX_LEASE: '1000' }
  const variables = { ...oracleVariables(world), ...settings, SETTLE_INTERVAL: '100' }
  opened = await contextOn(postgres.url, { chain: world.chain, deploymentId, variables })
  ctx = opened.ctx
  const vaultIds = []
  for (let i = 0; i < VAULTS; i += 1) vaultIds.push(await world.openVault(await world.newWallet()))
  return openKillStorm(ctx, { vaultIds, books, roll })
}

const start = async (): Promise<OracleProcess> => (current = await startOracleProcess(opened.variables))

/** What LiteLLM's stock callback says of a vault: it has the books read at once. */
async function hint({ url }: OracleProcess, vaultId: bigint): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-webhook-secret': TEST_SECRET }
  const body = JSON.stringify({ vault_id: vaultId.toString() })
  const response = await fetch(`${url}/webhook/usage`, { method: 'POST', headers, body })
  expect(response.status).toBe(202)
}

async function liveAndDie(storm: KillStorm, senders: StormSenders, kill: number): Promise<void> {
  const oracle = await start()
  endTrouble(books)
  TROUBLES[roll(2 * TROUBLES.length)]?.(books)
  for (const batch of storm.brew()) senders.add(batch, COPIES)
  const life = roll(LONGEST_LIFE_MS)
  const hinted = hint(oracle, storm.vaults[kill % VAULTS]?.vaultId ?? 0n).catch(() => undefined)
  if (kill % KILLS_PER_CRASH === KILLS_PER_CRASH - 1) {
    await sleep(roll(life))
    await postgres.restart()
  }
  await sleep(life)
  await oracle.kill()
  await hinted
}

async function untilBooksAreRead(oracle: OracleProcess, storm: KillStorm): Promise<void> {
  const expected = storm.vaults.reduce((sum, { calls }) => sum + calls.length, 0)
  for (const { vaultId } of storm.vaults) await hint(oracle, vaultId)
  await expect.poll(() => ctx.db.$count(events), { timeout: 120_000 }).toBe(expected)
}

const byReason = (reasons: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(reasons, (reason) => reason)].map(([reason, all]) => [reason, all.length]).sort())

/** Every call is one event, and nothing else is; what was refused is kept, and nothing else is. */
async function expectStoredOnce({ vaults, refused }: KillStorm): Promise<void> {
  const stored = await ctx.db.select({ id: events.id }).from(events)
  const expected = vaults.flatMap(({ calls }) => calls.map(({ id }) => id))
  expect(stored.map(({ id }) => id).toSorted()).toEqual(expected.toSorted())
  const letters = await ctx.db.select({ reason: deadLetters.reason }).from(deadLetters)
  expect(byReason(letters.map(({ reason }) => reason))).toEqual(byReason(refused))
  expect(await wrongSums(ctx.db)).toEqual([])
  expect(await brokenTrees(ctx.db)).toEqual([])
}

test(
  `killed ${KILLS} times at random moments, in a storm, it bills every call once (seed ${seed})`,
  async () => {
    const storm = await openScene()
    const urlOf = (): string | null => current?.url ?? null
    const senders = startStormSenders(urlOf, { clients: CLIENTS, roll })
    for (let kill = 0; kill < KILLS; kill += 1) {
      await liveAndDie(storm, senders, kill)
      if (long && kill % 100 === 99) console.log(`${kill + 1} kills, ${senders.acknowledged()} deliveries`)
    }
    endTrouble(books)
    const last = await start()
    await senders.idle()
    await senders.stop()
    await untilBooksAreRead(last, storm)
    await expectStoredOnce(storm)
    for (const { vaultId, calls } of storm.vaults) {
      await untilSettled(ctx, vaultId, 120_000)
      await expectChargedOnce(ctx, vaultId, calls)
    }
    await expect.poll(() => ctx.db.$count(outbox, sql`done_at is null and kind like 'settlement.%'`)).toBe(0)
    expect(await last.stop()).toBe('0')
    console.log(
      `${storm.vaults.flatMap(({ calls }) => calls).length} calls and ${storm.refused.length} broken ones, ` +
        `${senders.acknowledged()} deliveries taken`,
    )
  },
  PATIENCE_MS,
)

test(
  `a database that forgets identities is found out (seed ${seed})`,
  async () => {
    const storm = await openScene()
    await ctx.db.execute(sql`
      create function forget() returns trigger language plpgsql as
      $$ begin if new.ordinal % 3 = 1 then return null; end if; return new; end $$`)
    await ctx.db.execute(sql`create trigger forget before insert on event_identities
      for each row execute function forget()`)
    const senders = startStormSenders(() => current?.url ?? null, { clients: CLIENTS, roll })
    await start()
    for (const batch of storm.brew()) senders.add(batch, COPIES)
    await senders.idle()
    await senders.stop()
    await expect(expectStoredOnce(storm)).rejects.toThrow('to deeply equal')
  },
  PATIENCE_MS,
)
