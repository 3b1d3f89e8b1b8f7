import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { usd } from '#lib/money/units.ts'
import { createVaultHoldWriter, type VaultHoldWriter } from '#services/vault-holds/index.ts'
import { createTestContext } from '#tests/support/context.ts'
import { type HoldScene, openHoldScene, PRICE, TOKENS } from '#tests/support/hold-scene.ts'
import { giveKey } from '#tests/support/usage-events.ts'

/** Who is about to write holds waits until somebody else is, too: then both have decided what they write. */
const WRITTEN_BY_TWO = `
  create function wait_for_another() returns trigger language plpgsql as $$
  declare
    place bigint := nextval('arrivals');
  begin
    for i in 1..600 loop
      exit when (select last_value from arrivals) >= place + place % 2;
      perform pg_sleep(0.05);
    end loop;
    return null;
  end $$`

let scene: HoldScene

beforeAll(async () => {
  scene = await openHoldScene()
})
beforeEach(() => scene.wait(3_600_000))
afterAll(() => scene[Symbol.asyncDispose]())

const first = (): VaultHoldWriter => scene.writers[0] as VaultHoldWriter

describe('200 clients on a vault that pays for exactly 50 requests', () => {
  test('exactly 50 are let through, and the vault has been used to the last unit', async () => {
    const vault = await scene.vaultFor(50n)
    const { granted, reasons } = await scene.clients(vault, 200)
    expect(granted).toHaveLength(50)
    expect(reasons).toEqual(new Set(['vault_funds_held']))
    await scene.use(granted)
    expect(await scene.statesOf(...granted)).toEqual(granted.map(() => 'posted'))
    expect(await scene.place(vault, scene.eventOf(vault))).toMatchObject({
      reason: 'insufficient_vault',
      affordable: 0n,
    })
    // A free one is let through.
    expect(await scene.place(vault, scene.eventOf(vault), { tokens: 0n })).toEqual({ ok: true, amount: 0n })
  })

  test('when they use less than was held, with retries every affordable request is served', async () => {
    const vault = await scene.vaultFor(10n)
    let served = 0
    const client = async (index: number): Promise<void> => {
      for (;;) {
        const event = scene.eventOf(vault)
        const answer = await scene.place(vault, event, { writer: index, tokens: 2n * TOKENS })
        if (!answer.ok && answer.reason !== 'vault_funds_held') return
        if (!answer.ok) continue
        await scene.use([event])
        served += 1
      }
    }
    await Promise.all(Array.from({ length: 20 }, (_, i) => client(i)))
    // What the last one would need can't bear a hold of two.
    expect(served).toBe(9)
    expect(await scene.place(vault, scene.eventOf(vault))).toMatchObject({ ok: true })
  })

  test('the same holds for a cap, and for a lower one that was asked for', async () => {
    for (const more of [
      { capUsd: usd(5n * PRICE) },
      { capUsd: usd(50n * PRICE), pendingCap: { limit: usd(5n * PRICE), actsAt: new Date(0) } },
    ]) {
      const vault = await scene.vaultFor(100n, more)
      const { granted, reasons } = await scene.clients(vault, 50)
      expect(granted).toHaveLength(5)
      expect(reasons).toEqual(new Set(['cap_held']))
      await scene.use(granted)
      expect(await scene.place(vault, scene.eventOf(vault))).toMatchObject({ reason: 'cap_reached', affordable: 0n })
    }
  })

  test('a writer that takes no lock lets more through, which is seen', async () => {
    await using blind = await createTestContext({
      chain: scene.told.chain,
      clock: () => scene.now,
      deploymentId: 'without-locks',
    })
    const vault = { id: 1n, keyHash: '' }
    scene.told.tell(vault.id, 50n * PRICE)
    const keyHash = await giveKey(blind.ctx, vault.id)
    const loose = [createVaultHoldWriter(blind.ctx), createVaultHoldWriter(blind.ctx)]
    const placeAt = (i: number) => {
      const { id } = scene.eventOf({ ...vault, keyHash })
      const request = { id, vaultId: vault.id, keyHash, tokens: TOKENS, models: ['gpt-4'], facts: {} }
      return (loose[i % 2] as VaultHoldWriter).place({ ...request, expiresAt: scene.now })
    }
    await Promise.all([placeAt(0), placeAt(1)])
    const plant = (text: string) => blind.ctx.db.execute(sql.raw(text))
    // Nothing can be locked in what a function tells.
    await plant('alter table vault_reports rename to reports')
    await plant(`create function told() returns setof reports language sql as 'table reports'`)
    await plant('create view vault_reports as select * from told()')
    await plant('create sequence arrivals')
    await plant(WRITTEN_BY_TWO)
    await plant('create trigger by_two before insert on vault_holds execute function wait_for_another()')
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => placeAt(i)))
    expect(answers.filter(({ ok }) => ok).length).toBeGreaterThan(48)
  })
})

describe('a hold', () => {
  test('is one however often it is asked for', async () => {
    const vault = await scene.vaultFor(1n)
    const event = scene.eventOf(vault)
    const answers = await Promise.all([0, 1, 0, 1].map((writer) => scene.place(vault, event, { writer })))
    expect(answers).toEqual(answers.map(() => ({ ok: true, amount: PRICE })))
    expect(await scene.place(vault, scene.eventOf(vault))).toMatchObject({ reason: 'vault_funds_held' })
  })

  test('ends with its event, by whatever road that comes, and with the failure of the call', async () => {
    const vault = await scene.vaultFor(3n)
    const [told1, polled, failed] = [scene.eventOf(vault), scene.eventOf(vault), scene.eventOf(vault)]
    for (const event of [told1, polled, failed]) expect(await scene.place(vault, event)).toMatchObject({ ok: true })
    await scene.use([told1])
    await scene.use([polled], 'poll')
    await scene.use([{ ...failed, status: 'failure' as const, inputTokens: null, outputTokens: null }])
    expect(await scene.statesOf(told1, polled, failed)).toEqual(['posted', 'posted', 'posted'])
    const { granted } = await scene.clients(vault, 5)
    // The failed call cost nothing.
    expect(granted).toHaveLength(1)
  })

  test('never ends before its event counts: at no moment may more be held than is left', async () => {
    const vault = await scene.vaultFor(40n)
    const { granted } = await scene.clients(vault, 40)
    const extra: string[] = []
    const waiting = new Set(granted)
    const greedy = async (): Promise<void> => {
      while (waiting.size > 0) {
        const event = scene.eventOf(vault)
        if ((await scene.place(vault, event, { writer: 1 })).ok) extra.push(event.id)
      }
    }
    const storing = async (): Promise<void> => {
      for (const event of granted) {
        await scene.use([event])
        waiting.delete(event)
      }
    }
    await Promise.all([storing(), greedy()])
    expect(extra).toEqual([])
  })

  test('that ends apart from its event lets more through, which is seen', async () => {
    const vault = await scene.vaultFor(20n)
    const { granted } = await scene.clients(vault, 20)
    // As if the plug-in had voided it, and its event came after that.
    await Promise.all(granted.map(({ id }) => first().void(id)))
    const more = await scene.clients(vault, 20)
    await scene.use([...granted, ...more.granted])
    expect(more.granted).toHaveLength(20)
  })

  test('of a request that failed is given back at once, and an ended one isn’t ended anew', async () => {
    const vault = await scene.vaultFor(1n)
    const event = scene.eventOf(vault)
    await scene.place(vault, event)
    const writer = first()
    await Promise.all([writer.void(event.id), writer.void(event.id)])
    expect(await scene.statesOf(event)).toEqual(['void'])
    const next = scene.eventOf(vault)
    expect(await scene.place(vault, next)).toMatchObject({ ok: true })
    await scene.use([next])
    await writer.void(next.id)
    expect(await scene.statesOf(next)).toEqual(['posted'])
    await expect(
      scene.ctx.db.execute(sql`update vault_holds set state = 'void' where id = ${next.id}`),
    ).rejects.toMatchObject({ cause: { message: expect.stringContaining('ends once') as string } })
  })

  test('is the same one only while it stands and covers what is asked', async () => {
    const vault = await scene.vaultFor(10n)
    const [open, voided, failed] = [scene.eventOf(vault), scene.eventOf(vault), scene.eventOf(vault)]
    for (const event of [open, voided, failed]) await scene.place(vault, event)
    expect(await scene.place(vault, open)).toEqual({ ok: true, amount: PRICE })
    const longer = await scene.place(vault, open, { tokens: 2n * TOKENS })
    expect(longer).toMatchObject({ ok: false, reason: 'still_open', affordableTokens: TOKENS })
    await scene.use([open, { ...failed, status: 'failure' as const, inputTokens: null, outputTokens: null }])
    await first().void(voided.id)
    expect(await scene.place(vault, open)).toMatchObject({ ok: false, reason: 'ended_paid' })
    for (const event of [voided, failed]) {
      expect(await scene.place(vault, event)).toMatchObject({ ok: false, reason: 'ended_free', affordableTokens: 0n })
    }
  })

  test('is not placed for a call that is counted already', async () => {
    const vault = await scene.vaultFor(1n)
    const event = scene.eventOf(vault)
    await scene.use([{ ...event, status: 'failure' as const, inputTokens: null, outputTokens: null }])
    expect(await scene.place(vault, event)).toEqual({ ok: true, amount: 0n })
    expect(await scene.statesOf(event)).toEqual(['none'])
  })
})
