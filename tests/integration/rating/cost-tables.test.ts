import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CostRate } from '#lib/rating/cost-table.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import {
  discardDraft,
  draftCostTable,
  getCostTable,
  getCostTables,
  previewRerating,
  publishCostTable,
  rateUsage,
} from '#services/rating/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { type SeededCall, seedUsage } from '#tests/support/seeded-usage.ts'

/** Calls of 100 + 50 tokens of gpt-4o, one in each of these hours. */
const HOURS = ['2026-10-31T23', '2026-11-01T00', '2026-11-10T09', '2026-11-10T10', '2026-11-10T11', '2026-11-20T00']
const NOW = new Date('2026-11-20T10:30:00Z')

let opened: TestContext
let ctx: ServiceContext
let now = NOW

beforeAll(async () => {
  opened = await createTestContext({ clock: () => now })
  ctx = opened.ctx
  await seedUsage(
    ctx,
    HOURS.map((hour): SeededCall => ({ vault: 7n, at: `${hour}:15:00.000Z`, user: 'ann' })),
  )
})
afterAll(() => opened[Symbol.asyncDispose]())
beforeEach(() => {
  now = NOW
})

/** 1e-8 USD per 1M tokens; a call of 100 + 50 tokens at 1 USD per 1M of both costs 0.00015 USD. */
const USD = 100_000_000n
const rates = (input: bigint, output: bigint): CostRate[] => [
  { provider: '*', model: 'gpt-4o', kind: 'input', rate: input },
  { provider: '*', model: 'gpt-4o', kind: 'output', rate: output },
]
const draft = (effectiveFrom: string, given: CostRate[], note = '') =>
  draftCostTable(ctx, { effectiveFrom: new Date(effectiveFrom), note, rates: given })
async function publish(version: number) {
  const { previewHash } = await previewRerating(ctx, { version })
  return publishCostTable(ctx, { version, previewHash })
}
const failure = (code: string) => expect.objectContaining({ code })

async function costOf(from: string, to: string): Promise<bigint> {
  const rows = await rateUsage(ctx, {
    accounts: null,
    from: new Date(from),
    to: new Date(to),
    by: 'account',
    every: 'month',
    limit: 1_000,
  })
  return rows.reduce((sum, { cost }) => sum + cost, 0n)
}
const CALL_AT_1_USD = 150n * USD

describe('cost tables over a history', () => {
  test('without a table every token is unrated, and says so', async () => {
    const query = { accounts: null, by: 'user', every: 'all', limit: 10 } as const
    const rows = await rateUsage(ctx, { ...query, from: new Date('2026-10-01'), to: new Date('2026-12-01') })
    expect(rows.flatMap(({ unrated }) => unrated).map(({ kind, tokens }) => [kind, tokens])).toEqual([
      ['input', 100n],
      ['output', 50n],
      ['input', 500n],
      ['output', 250n],
    ])
    expect(rows.every(({ cost }) => cost === 0n)).toBe(true)
  })

  test('the first table, dated back, prices what was unrated; the preview says so before', async () => {
    const { version } = await draft('2026-10-01T00:00:00Z', rates(USD, USD))
    const preview = await previewRerating(ctx, { version })
    expect(preview).toMatchObject({
      touched: { from: '2026-10-01T00:00:00.000Z', to: '2026-11-20T10:00:00.000Z' },
      totals: {
        before: '0.00000000000000',
        after: '0.00090000000000',
        difference: '0.00090000000000',
        unratedBefore: '900',
        unratedAfter: '0',
      },
    })
    expect(
      preview.differences.map(({ month, account, model, difference }) => [month, account, model, difference]),
    ).toEqual([
      [202_611, 'vault:7', 'gpt-4o', '0.00075000000000'],
      [202_610, 'vault:7', 'gpt-4o', '0.00015000000000'],
    ])
    expect(await costOf('2026-10-01', '2026-12-01')).toBe(0n)
    await publishCostTable(ctx, { version, previewHash: preview.previewHash })
    expect(await costOf('2026-10-01', '2026-12-01')).toBe(6n * CALL_AT_1_USD)
    const { reRating, status, rates: held } = await getCostTable(ctx, { version })
    expect(status).toBe('published')
    expect(held.map(({ kind, usd }) => [kind, usd])).toEqual([
      ['input', '1.00000000'],
      ['output', '1.00000000'],
    ])
    expect(reRating).toMatchObject({
      previewHash: preview.previewHash,
      totals: preview.totals,
      ratedBy: 'command:test',
    })
  })

  test('a change of price within a day leaves the hours before it at theirs', async () => {
    const { version } = await draft('2026-11-10T10:00:00Z', rates(3n * USD, 3n * USD))
    await publish(version)
    expect(await costOf('2026-11-10', '2026-11-11')).toBe((1n + 3n + 3n) * CALL_AT_1_USD)
    expect(await costOf('2026-11-01', '2026-11-10')).toBe(CALL_AT_1_USD)
    expect(await costOf('2026-10-01', '2026-12-01')).toBe((3n + 9n) * CALL_AT_1_USD)
  })

  test('a table that begins later changes nothing before its hour', async () => {
    const before = await costOf('2026-10-01', '2026-12-01')
    const { version } = await draft('2026-11-20T11:00:00Z', rates(9n * USD, 9n * USD))
    const preview = await previewRerating(ctx, { version })
    expect(preview).toMatchObject({ touched: null, differences: [], totals: { difference: '0.00000000000000' } })
    await publishCostTable(ctx, { version, previewHash: preview.previewHash })
    expect(await costOf('2026-10-01', '2026-12-01')).toBe(before)
    await seedUsage(ctx, [{ vault: 7n, at: '2026-11-20T11:00:00.000Z', user: 'ann' }])
    expect(await costOf('2026-10-01', '2026-12-01')).toBe(before + 9n * CALL_AT_1_USD)
  })

  test('a correction prices only up to the next table', async () => {
    const { version } = await draft('2026-11-01T00:00:00Z', rates(2n * USD, 2n * USD))
    const preview = await previewRerating(ctx, { version })
    expect(preview.touched).toEqual({ from: '2026-11-01T00:00:00.000Z', to: '2026-11-10T10:00:00.000Z' })
    await publishCostTable(ctx, { version, previewHash: preview.previewHash })
    expect(await costOf('2026-10-01', '2026-11-01')).toBe(CALL_AT_1_USD)
    expect(await costOf('2026-11-01', '2026-11-11')).toBe((2n + 2n + 3n + 3n) * CALL_AT_1_USD)
  })

  test('of two tables of one hour the later version holds', async () => {
    const { version } = await draft('2026-11-01T00:00:00Z', rates(4n * USD, 4n * USD))
    await publish(version)
    expect(await costOf('2026-11-01', '2026-11-02')).toBe(4n * CALL_AT_1_USD)
  })
})

describe('publishing', () => {
  test('needs a preview that still says the same', async () => {
    const { version } = await draft('2026-11-15T00:00:00Z', rates(5n * USD, 5n * USD))
    const { previewHash } = await previewRerating(ctx, { version })
    await expect(publishCostTable(ctx, { version, previewHash: `2026-11-20T10Z.${'0'.repeat(64)}` })).rejects.toEqual(
      failure('preview_outdated'),
    )
    await seedUsage(ctx, [{ vault: 8n, at: '2026-11-16T00:00:00.000Z' }])
    await expect(publishCostTable(ctx, { version, previewHash })).rejects.toEqual(failure('preview_outdated'))
    expect((await getCostTable(ctx, { version })).status).toBe('draft')
    await publish(version)
  })

  test('needs a preview of the tables that hold now', async () => {
    const { version } = await draft('2026-09-01T00:00:00Z', rates(5n * USD, 5n * USD))
    const { previewHash } = await previewRerating(ctx, { version })
    await publish((await draft('2026-09-15T00:00:00Z', rates(6n * USD, 6n * USD))).version)
    await expect(publishCostTable(ctx, { version, previewHash })).rejects.toEqual(failure('preview_outdated'))
    await publish(version)
  })

  test('needs a preview of the last day', async () => {
    const { version } = await draft('2026-08-01T00:00:00Z', rates(5n * USD, 5n * USD))
    const { previewHash } = await previewRerating(ctx, { version })
    now = new Date(NOW.getTime() + 86_400_000 + 3_600_000)
    await expect(publishCostTable(ctx, { version, previewHash })).rejects.toEqual(failure('preview_outdated'))
    now = new Date(NOW.getTime() + 7_200_000)
    await publishCostTable(ctx, { version, previewHash })
  })

  test('twice is once, also at the same time; another preview is refused', async () => {
    const { version } = await draft('2026-07-01T00:00:00Z', rates(5n * USD, 5n * USD))
    const { previewHash } = await previewRerating(ctx, { version })
    const both = await Promise.all([0, 1].map(() => publishCostTable(ctx, { version, previewHash })))
    expect(both.map(({ status }) => status)).toEqual(['published', 'published'])
    const other = { version, previewHash: `2026-11-20T10Z.${'1'.repeat(64)}` }
    await expect(publishCostTable(ctx, other)).rejects.toEqual(failure('cost_table_published'))
    await expect(previewRerating(ctx, { version })).rejects.toEqual(failure('cost_table_published'))
    await expect(discardDraft(ctx, { version })).rejects.toEqual(failure('cost_table_published'))
  })

  test('is for ever: the database refuses to change what was published', async () => {
    const [published] = (await getCostTables(ctx)).tables.filter(({ status }) => status === 'published')
    const version = published?.version ?? 0
    for (const statement of [
      `update cost_tables set note = 'x' where version = ${version}`,
      `delete from cost_tables where version = ${version}`,
      `update cost_rates set rate = 0 where version = ${version}`,
      `delete from cost_rates where version = ${version}`,
      `insert into cost_rates values (${version}, 'x', 'x', 'input', 0)`,
      `update re_ratings set cost_after = 0 where version = ${version}`,
    ]) {
      await expect(ctx.db.execute(statement)).rejects.toThrow('Failed query')
    }
    expect((await getCostTable(ctx, { version })).rates).toHaveLength(2)
  })
})

describe('a draft', () => {
  test('of the same hour, note and rates is the same version, whatever their order', async () => {
    const given = rates(7n, 8n)
    const one = await draft('2027-01-01T00:00:00Z', given)
    expect(await draft('2027-01-01T00:00:00Z', given.toReversed())).toEqual(one)
    expect((await draft('2027-01-01T00:00:00Z', given, 'another')).version).not.toBe(one.version)
  })

  test('may be discarded, twice', async () => {
    const { version } = await draft('2027-02-01T00:00:00Z', rates(7n, 8n))
    await discardDraft(ctx, { version })
    await discardDraft(ctx, { version })
    await expect(getCostTable(ctx, { version })).rejects.toEqual(failure('cost_table_missing'))
  })

  test('that can’t be a table is refused with what is wrong', async () => {
    const bad = { effectiveFrom: new Date('2027-01-01T00:30:00Z'), note: '', rates: [] }
    await expect(draftCostTable(ctx, bad)).rejects.toMatchObject({
      code: 'cost_table_invalid',
      details: { faults: [expect.stringContaining('whole UTC hour'), expect.stringContaining('at least one rate')] },
    })
  })
})

test('nobody but the admin sees or changes cost tables', async () => {
  const anonymous = { ...ctx, actor: { kind: 'anonymous' } as const }
  const input = { version: 1, previewHash: `2026-11-20T10Z.${'0'.repeat(64)}` }
  const asked = [
    () => getCostTables(anonymous),
    () => getCostTable(anonymous, input),
    () => draftCostTable(anonymous, { effectiveFrom: NOW, note: '', rates: [] }),
    () => previewRerating(anonymous, input),
    () => publishCostTable(anonymous, input),
    () => discardDraft(anonymous, input),
  ]
  for (const ask of asked) await expect(ask()).rejects.toEqual(failure('session_required'))
})
