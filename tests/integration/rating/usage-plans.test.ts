import { type SQL, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { coverTime } from '#lib/rating/time-cover.ts'
import { timeSlots } from '#lib/rating/time-slots.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { UsageQuery } from '#services/rating/usage/schemas.ts'
import { usageStatement } from '#services/rating/usage/store.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'

let opened: TestContext
let ctx: ServiceContext

/** A year of 600 series over 100 accounts by day, a month of them by hour, and events with a label on some. */
beforeAll(async () => {
  opened = await createTestContext()
  ctx = opened.ctx
  const measures = sql.raw('1, 0, 0, 100, 50, 0, 0, 0, 150, 1000, 0, 0')
  const deployment = ctx.deploymentId
  await ctx.db.execute(sql`select ensure_event_partition(202511 + i) from generate_series(0, 1) i`)
  await ctx.db.execute(sql`
    insert into usage_series
    select gen_random_uuid(), ${deployment}, 'vault:' || i % 100, 'key ' || i % 100, 'user ' || i, '', '', 'gpt-4o', ''
    from generate_series(1, 600) i`)
  await ctx.db.execute(sql`
    insert into usage_daily select id, day, ${measures}
    from usage_series, generate_series('2025-01-01', '2025-12-31', interval '1 day') day`)
  await ctx.db.execute(sql`
    insert into usage_hourly select id, hour, ${measures}
    from usage_series, generate_series('2025-12-01Z'::timestamptz, '2025-12-31Z', interval '1 hour') hour
    where account like 'vault:7%'`)
  await ctx.db.execute(sql`
    insert into events (id, deployment_id, vault_id, account, key_hash, period, ordinal, call_id, started_at, ended_at,
      model, billable_tokens, status, cache_hit, stream, road, conversation, tags, received_at)
    select 'event ' || i, ${deployment}, i % 30, 'vault:' || i % 30, '', 202512, i, '', at, at, 'gpt-4o', 0, 'failure',
      false, false, 'plugin', case when i % 20 = 0 then 'conversation ' || i end, '[]', at
    from generate_series(1, 60000) i,
      lateral (select '2025-12-01Z'::timestamptz + i * interval '40 seconds' as at) t`)
  await ctx.db.execute(sql`analyze`)
})
afterAll(() => opened[Symbol.asyncDispose]())

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  Plans?: PlanNode[]
}

const FEW = ['usage_series', 'upstream_keys']

/** Tables that a statement reads from end to end, but for series and accounts' keys, which are few. */
async function scannedWhole(statement: SQL): Promise<string[]> {
  const { rows } = await ctx.db.execute<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(sql`explain (format json) ${statement}`)
  const nodes = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodes)]
  return rows
    .flatMap((row) => row['QUERY PLAN'])
    .flatMap(({ Plan }) => nodes(Plan))
    .filter((node) => node['Node Type'].endsWith('Seq Scan'))
    .map((node) => node['Relation Name'] ?? '')
    .filter((table) => !FEW.includes(table))
}

function statementOf(query: Partial<UsageQuery>, switches: readonly Date[]): SQL {
  const whole: UsageQuery = {
    accounts: null,
    from: new Date('2025-12-01'),
    to: new Date('2025-12-08'),
    by: 'user',
    every: 'day',
    limit: 10_000,
    ...query,
  }
  const plan = { cover: coverTime(whole.from, whole.to, switches), slots: timeSlots(whole, switches) }
  return usageStatement({ ...whole, deploymentId: ctx.deploymentId }, plan)
}

const year = { from: new Date('2025-01-01'), to: new Date('2026-01-01') }
const midday = [new Date('2025-12-03T12:00:00Z')]
test.each<[string, Partial<UsageQuery>, Date[]?]>([
  ['a week of all accounts', {}],
  ['a week of all accounts, with a change of price within a day', {}, midday],
  ['a year of one account', { ...year, accounts: ['vault:7'], every: 'month' }],
  ['a year of one account, with a change of price within a day', { ...year, accounts: ['vault:7'] }, midday],
  ['the conversations of one account', { accounts: ['vault:7'], by: 'conversation' }],
  [
    'the conversations of all accounts',
    { by: 'conversation', from: new Date('2025-12-01'), to: new Date('2025-12-02') },
  ],
])('%s are read by index', async (_name, query, switches = []) => {
  expect(await scannedWhole(statementOf(query, switches))).toEqual([])
})

test('a statement that reads a whole table is found', async () => {
  const careless = sql`select sum(requests) from usage_daily where day + 0 = '2025-12-01'`
  expect(await scannedWhole(careless)).toEqual(['usage_daily'])
})
