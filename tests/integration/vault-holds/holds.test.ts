import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { VaultReport } from '#lib/flow/vault-report.ts'
import { keyBlockReasons } from '#lib/keys/key-blocks.ts'
import { usd } from '#lib/money/units.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { apiKeys, keyBlocks, vaultHolds, watermarks } from '#services/platform/db/schema/index.ts'
import { createVaultGuard } from '#services/vault-guard/index.ts'
import { createVaultHoldWriter, sweepVaultHolds, type VaultHoldWriter } from '#services/vault-holds/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { tellVaults, type ToldVaults } from '#tests/support/told-vaults.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'

let opened: TestContext
let ctx: ServiceContext
let told: ToldVaults
let writers: VaultHoldWriter[]
let now = new Date('2026-11-21T12:00:00Z')
let nextVault = 1n

beforeAll(async () => {
  told = tellVaults()
  opened = await createTestContext({ chain: told.chain, clock: () => now })
  ctx = opened.ctx
  writers = [createVaultHoldWriter(ctx), createVaultHoldWriter(ctx)]
})
beforeEach(() => {
  now = new Date(now.getTime() + 3_600_000)
})
afterAll(() => opened[Symbol.asyncDispose]())

/** A request of 1,000 tokens of gpt-4 costs 0.03 USD at most, and so much when it uses them. */
const TOKENS = 1_000n
const PRICE = 3_000_000n

interface Vault {
  readonly id: bigint
  readonly keyHash: string
}

async function vaultFor(requests: bigint, more: Partial<VaultReport> = {}): Promise<Vault> {
  const id = nextVault++
  told.tell(id, requests * PRICE, more)
  const keyHash = await giveKey(ctx, id)
  await ctx.db
    .update(apiKeys)
    .set({ createdAt: now })
    .where(sql`key_hash = ${keyHash}`)
  return { id, keyHash }
}

const startedAt = (): string => now.toISOString()
const eventOf = ({ keyHash }: Vault, tokens = TOKENS) =>
  usageEvent(keyHash, { startedAt: startedAt(), endedAt: startedAt(), inputTokens: String(tokens), outputTokens: '0' })
type Event = ReturnType<typeof eventOf>

async function place({ id, keyHash }: Vault, event: Event, { writer = 0, tokens = TOKENS } = {}) {
  const chosen = writers[writer % 2] as VaultHoldWriter
  const expiresAt = new Date(now.getTime() + 60_000)
  return chosen.place({ id: event.id, vaultId: id, keyHash, tokens, model: 'gpt-4', expiresAt, facts: {} })
}

const use = (events: readonly Event[], road: 'plugin' | 'poll' = 'plugin') =>
  ingestEvents(ctx, { road, items: events.map((raw) => ({ raw })) })

async function clients(vault: Vault, count: number, tokens = TOKENS) {
  const events = Array.from({ length: count }, () => eventOf(vault))
  const answers = await Promise.all(events.map((event, i) => place(vault, event, { writer: i, tokens })))
  const granted = events.filter((_, i) => answers[i]?.ok)
  const reasons = new Set(answers.flatMap((answer) => (answer.ok ? [] : [answer.reason])))
  return { granted, reasons }
}

const statesOf = async (...events: Event[]): Promise<string[]> => {
  const rows = await ctx.db.select().from(vaultHolds)
  return events.map(({ id }) => rows.find((row) => row.id === id)?.state ?? 'none')
}

describe('200 clients on a vault that pays for exactly 50 requests', () => {
  test('exactly 50 are let through, and the vault has been used to the last unit', async () => {
    const vault = await vaultFor(50n)
    const { granted, reasons } = await clients(vault, 200)
    expect(granted).toHaveLength(50)
    expect(reasons).toEqual(new Set(['vault_funds_held']))
    await use(granted)
    expect(await statesOf(...granted)).toEqual(granted.map(() => 'posted'))
    expect(await place(vault, eventOf(vault))).toMatchObject({ reason: 'insufficient_vault', affordable: 0n })
    // A free one is let through.
    expect(await place(vault, eventOf(vault), { tokens: 0n })).toEqual({ ok: true, amount: 0n })
  })

  test('when they use less than was held, with retries every affordable request is served', async () => {
    const vault = await vaultFor(10n)
    let served = 0
    const client = async (index: number): Promise<void> => {
      for (;;) {
        const event = eventOf(vault)
        const answer = await place(vault, event, { writer: index, tokens: 2n * TOKENS })
        if (!answer.ok && answer.reason !== 'vault_funds_held') return
        if (!answer.ok) continue
        await use([event])
        served += 1
      }
    }
    await Promise.all(Array.from({ length: 20 }, (_, i) => client(i)))
    // What the last one would need can't bear a hold of two.
    expect(served).toBe(9)
    expect(await place(vault, eventOf(vault))).toMatchObject({ ok: true })
  })

  test('the same holds for a cap, and for a lower one that was asked for', async () => {
    for (const more of [
      { capUsd: usd(5n * PRICE) },
      { capUsd: usd(50n * PRICE), pendingCap: { limit: usd(5n * PRICE), actsAt: new Date(0) } },
    ]) {
      const vault = await vaultFor(100n, more)
      const { granted, reasons } = await clients(vault, 50)
      expect(granted).toHaveLength(5)
      expect(reasons).toEqual(new Set(['cap_held']))
      await use(granted)
      expect(await place(vault, eventOf(vault))).toMatchObject({ reason: 'cap_reached', affordable: 0n })
    }
  })

  test('a writer that takes no lock lets more through, which is seen', async () => {
    await using blind = await createTestContext({ chain: told.chain, clock: () => now, deploymentId: 'without-locks' })
    const vault = { id: nextVault++, keyHash: '' }
    told.tell(vault.id, 50n * PRICE)
    const keyHash = await giveKey(blind.ctx, vault.id)
    const loose = [createVaultHoldWriter(blind.ctx), createVaultHoldWriter(blind.ctx)]
    const placeAt = (i: number) => {
      const { id } = eventOf({ ...vault, keyHash })
      const request = { id, vaultId: vault.id, keyHash, tokens: TOKENS, model: 'gpt-4', facts: {} }
      return (loose[i % 2] as VaultHoldWriter).place({ ...request, expiresAt: now })
    }
    await Promise.all([placeAt(0), placeAt(1)])
    // Nothing can be locked in what a function tells, and both writers are in the middle of it at once.
    await blind.ctx.db.execute(sql.raw('alter table vault_reports rename to reports'))
    await blind.ctx.db.execute(
      sql.raw(`create function told() returns setof reports language plpgsql as
        'begin perform pg_sleep(0.4); return query table reports; end'`),
    )
    await blind.ctx.db.execute(sql.raw('create view vault_reports as select * from told()'))
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => placeAt(i)))
    expect(answers.filter(({ ok }) => ok).length).toBeGreaterThan(48)
  })
})

describe('a hold', () => {
  test('is one however often it is asked for', async () => {
    const vault = await vaultFor(1n)
    const event = eventOf(vault)
    const answers = await Promise.all([0, 1, 0, 1].map((writer) => place(vault, event, { writer })))
    expect(answers).toEqual(answers.map(() => ({ ok: true, amount: PRICE })))
    expect(await place(vault, eventOf(vault))).toMatchObject({ reason: 'vault_funds_held' })
  })

  test('ends with its event, by whatever road that comes, and with the failure of the call', async () => {
    const vault = await vaultFor(3n)
    const [told1, polled, failed] = [eventOf(vault), eventOf(vault), eventOf(vault)]
    for (const event of [told1, polled, failed]) expect(await place(vault, event)).toMatchObject({ ok: true })
    await use([told1])
    await use([polled], 'poll')
    await use([{ ...failed, status: 'failure' as const, inputTokens: null, outputTokens: null }])
    expect(await statesOf(told1, polled, failed)).toEqual(['posted', 'posted', 'posted'])
    const { granted } = await clients(vault, 5)
    // The failed call cost nothing.
    expect(granted).toHaveLength(1)
  })

  test('never ends before its event counts: at no moment may more be held than is left', async () => {
    const vault = await vaultFor(40n)
    const { granted } = await clients(vault, 40)
    const extra: string[] = []
    const waiting = new Set(granted)
    const greedy = async (): Promise<void> => {
      while (waiting.size > 0) {
        const event = eventOf(vault)
        if ((await place(vault, event, { writer: 1 })).ok) extra.push(event.id)
      }
    }
    const storing = async (): Promise<void> => {
      for (const event of granted) {
        await use([event])
        waiting.delete(event)
      }
    }
    await Promise.all([storing(), greedy()])
    expect(extra).toEqual([])
  })

  test('that ends apart from its event lets more through, which is seen', async () => {
    const vault = await vaultFor(20n)
    const { granted } = await clients(vault, 20)
    // As if the plug-in had voided it, and its event came after that.
    await Promise.all(granted.map(({ id }) => (writers[0] as VaultHoldWriter).void(id)))
    const more = await clients(vault, 20)
    await use([...granted, ...more.granted])
    expect(more.granted).toHaveLength(20)
  })

  test('of a request that failed is given back at once, and an ended one isn’t ended anew', async () => {
    const vault = await vaultFor(1n)
    const event = eventOf(vault)
    await place(vault, event)
    const writer = writers[0] as VaultHoldWriter
    await Promise.all([writer.void(event.id), writer.void(event.id)])
    expect(await statesOf(event)).toEqual(['void'])
    const next = eventOf(vault)
    expect(await place(vault, next)).toMatchObject({ ok: true })
    await use([next])
    await writer.void(next.id)
    expect(await statesOf(next)).toEqual(['posted'])
    await expect(
      ctx.db.execute(sql`update vault_holds set state = 'void' where id = ${next.id}`),
    ).rejects.toMatchObject({ cause: { message: expect.stringContaining('ends once') as string } })
  })

  test('is not placed for a call that is counted already', async () => {
    const vault = await vaultFor(1n)
    const event = eventOf(vault)
    await use([{ ...event, status: 'failure' as const, inputTokens: null, outputTokens: null }])
    expect(await place(vault, event)).toEqual({ ok: true, amount: 0n })
    expect(await statesOf(event)).toEqual(['none'])
  })
})

describe('a key that is blocked', () => {
  test.each(keyBlockReasons)('as %s gets no hold, and the reason', async (reason) => {
    const vault = await vaultFor(10n)
    const [key] = await ctx.db
      .select()
      .from(apiKeys)
      .where(sql`key_hash = ${vault.keyHash}`)
    await ctx.db.insert(keyBlocks).values({ keyId: key?.id ?? '', reason, since: now })
    expect(await place(vault, eventOf(vault))).toMatchObject({ reason: 'vault_blocked', blocks: [reason] })
  })

  test.each([
    ['closed', { status: 'closed' as const }],
    ['paused', { pausedFrom: new Date(0) }],
    ['closing', { pendingReturn: { amount: null, actsAt: new Date(0), proposal: null } }],
    ['expired', { expiresAt: new Date(0) }],
    ['transferred', { owner: '0x179b6b1cb6755e31' }],
  ])('by what the chain says, %s, before the guard has noted it', async (reason, more) => {
    const vault = await vaultFor(10n, more)
    expect(await place(vault, eventOf(vault))).toMatchObject({ reason: 'vault_blocked', blocks: [reason] })
  })

  test('as it was replaced gets none', async () => {
    const vault = await vaultFor(10n)
    await ctx.db
      .update(apiKeys)
      .set({ status: 'deleted' })
      .where(sql`key_hash = ${vault.keyHash}`)
    expect(await place(vault, eventOf(vault))).toMatchObject({ reason: 'vault_blocked', blocks: [] })
  })
})

describe('what the chain said', () => {
  test('is asked for when nobody follows it, and once for many requests', async () => {
    const vault = await vaultFor(100n)
    told.asked.length = 0
    await clients(vault, 60)
    // Two writers, each of which may begin a batch while the first answer is on its way.
    const asked = told.asked.length
    expect(new Set(told.asked)).toEqual(new Set([vault.id]))
    expect(asked).toBeLessThanOrEqual(4)
    await clients(vault, 10)
    expect(told.asked).toHaveLength(asked)
    now = new Date(now.getTime() + 60_000)
    await clients(vault, 10)
    expect(told.asked.length).toBeGreaterThan(asked)
  })

  test('holds for as long as its events are followed', async () => {
    const vault = await vaultFor(100n)
    const guard = createVaultGuard()
    await guard(ctx)
    for (let round = 0; round < 10; round += 1) {
      now = new Date(now.getTime() + 3_000)
      await guard(ctx)
      told.asked.length = 0
      expect(await place(vault, eventOf(vault))).toMatchObject({ ok: true })
      expect(told.asked).toEqual([])
    }
  })

  test('is asked for again before anybody is refused: a deposit may have come', async () => {
    const vault = await vaultFor(1n)
    await use([eventOf(vault)])
    expect(await place(vault, eventOf(vault))).toMatchObject({ reason: 'insufficient_vault' })
    told.tell(vault.id, 5n * PRICE)
    now = new Date(now.getTime() + 2_000)
    expect(await place(vault, eventOf(vault))).toMatchObject({ ok: true })
  })

  test('when it is too old and the chain is away, grants nothing and says so', async () => {
    const vault = await vaultFor(10n)
    expect(await place(vault, eventOf(vault))).toMatchObject({ ok: true })
    told.away(true)
    now = new Date(now.getTime() + 10_000)
    expect(await place(vault, eventOf(vault))).toMatchObject({ ok: true })
    expect(await place(vault, eventOf(vault), { tokens: 100n * TOKENS })).toMatchObject({ ok: false })
    now = new Date(now.getTime() + 10_000)
    await expect(place(vault, eventOf(vault))).rejects.toMatchObject({ code: 'chain_unreachable' })
    told.away(false)
    expect(await place(vault, eventOf(vault))).toMatchObject({ ok: true })
  })
})

describe('the sweeper', () => {
  const readBooksTo = async ({ keyHash }: Vault, position: Date): Promise<void> => {
    const row = { name: `spend-logs:${keyHash}`, position }
    await ctx.db.insert(watermarks).values(row).onConflictDoUpdate({ target: watermarks.name, set: { position } })
  }

  test('ends a hold without an event only after the books were read up to the call', async () => {
    const vault = await vaultFor(2n)
    const [lost, young] = [eventOf(vault), eventOf(vault)]
    await place(vault, lost)
    const placedAt = now
    now = new Date(now.getTime() + 600_000)
    await sweepVaultHolds(ctx)
    expect(await statesOf(lost)).toEqual(['held'])
    await readBooksTo(vault, placedAt)
    await sweepVaultHolds(ctx)
    expect(await statesOf(lost)).toEqual(['held'])
    await place(vault, young)
    await readBooksTo(vault, new Date(placedAt.getTime() + 60_000))
    await sweepVaultHolds(ctx)
    expect(await statesOf(lost, young)).toEqual(['expired', 'held'])
    // Its event still counts if it comes after all.
    await use([lost])
    expect(await statesOf(lost)).toEqual(['expired'])
    expect(await place(vault, eventOf(vault))).toMatchObject({ reason: 'vault_funds_held' })
  })

  test('forgets what ended long ago, and nothing that is open', async () => {
    const vault = await vaultFor(2n)
    const [ended, open] = [eventOf(vault), eventOf(vault)]
    await place(vault, ended)
    await place(vault, open)
    await (writers[0] as VaultHoldWriter).void(ended.id)
    now = new Date(now.getTime() + 36 * 86_400_000)
    await sweepVaultHolds(ctx)
    expect(await statesOf(ended, open)).toEqual(['none', 'held'])
  })
})
