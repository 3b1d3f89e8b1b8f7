import { sql } from 'drizzle-orm'
import { parseLitellmCost } from '#lib/metering/litellm-cost.ts'
import { rollUp } from '#lib/metering/roll-up.ts'
import { billableTokens, type UsageEvent, usageEventSchema } from '#lib/metering/usage-event.ts'
import { MEASURES, measuresOf } from '#lib/metering/usage-measures.ts'
import { EMPTY_FRONTIER } from '#lib/merkle/frontier.ts'
import { EMPTY_ROOT } from '#lib/merkle/hash.ts'
import { periodOf } from '#lib/period/period.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import {
  events,
  meterPeriods,
  meters,
  usageDaily,
  usageHourly,
  usageSeries,
} from '#services/platform/db/schema/index.ts'
import { hashOf } from './usage-events.ts'

/**
 * A call as a test tells it: what is left out is a successful gpt-4o call of 100 + 50 tokens at LiteLLM's own price.
 */
export interface SeededCall {
  /** Below 0: a credit account's, which `account` names. */
  readonly vault: bigint
  readonly account?: string | undefined
  /** ISO instant of its start. */
  readonly at: string
  readonly key?: string | undefined
  /** Id of the credit account's own key. */
  readonly accountKey?: string | undefined
  readonly model?: string | undefined
  readonly provider?: string | undefined
  readonly input?: number | undefined
  readonly output?: number | undefined
  readonly cached?: number | undefined
  readonly cacheWrite?: number | undefined
  readonly reasoning?: number | undefined
  readonly usd?: string | undefined
  readonly status?: 'success' | 'failure' | undefined
  readonly cacheHit?: boolean | undefined
  readonly user?: string | undefined
  readonly organisation?: string | undefined
  readonly team?: string | undefined
  readonly conversation?: string | undefined
  readonly feature?: string | undefined
  readonly agent?: string | undefined
}

/** The key that a vault's calls are made with unless they name another. */
export const keyOf = (vault: bigint): string => hashOf(`key of vault ${vault}`)

let serial = 0

function eventOf(call: SeededCall): UsageEvent {
  serial += 1
  return usageEventSchema.parse({
    id: `seeded-${process.pid}-${serial}`,
    callId: `call-${serial}`,
    keyHash: call.key ?? keyOf(call.vault),
    accountKey: call.accountKey ?? null,
    startedAt: call.at,
    endedAt: call.at,
    model: call.model ?? 'gpt-4o',
    provider: call.provider ?? 'openai',
    inputTokens: String(call.input ?? 100),
    outputTokens: String(call.output ?? 50),
    cachedTokens: String(call.cached ?? 0),
    cacheWriteTokens: String(call.cacheWrite ?? 0),
    reasoningTokens: String(call.reasoning ?? 0),
    litellmCostUsd: call.usd ?? '0.00075',
    status: call.status ?? 'success',
    cacheHit: call.cacheHit ?? false,
    endUser: call.user ?? null,
    organization: call.organisation ?? null,
    team: call.team ?? null,
    conversation: call.conversation ?? null,
    feature: call.feature ?? null,
    agent: call.agent ?? null,
  })
}

/** Stores calls as ingest leaves them: events, meters by month and model, sums by hour and day. */
export async function seedUsage(ctx: ServiceContext, calls: readonly SeededCall[]): Promise<void> {
  const seeded = calls.map((call) => ({ call, event: eventOf(call) }))
  await insertEvents(ctx, seeded)
  const { series, hourly, daily } = rollUp(
    seeded.map(({ call, event }) => ({
      series: {
        deploymentId: ctx.deploymentId,
        account: accountOf(call),
        keyHash: event.keyHash,
        accountKey: event.accountKey ?? '',
        endUser: event.endUser ?? '',
        organization: event.organization ?? '',
        feature: event.feature ?? '',
        model: event.model,
        provider: event.provider ?? '',
      },
      startedAt: event.startedAt,
      measures: measuresOf(event, parseLitellmCost(event.litellmCostUsd ?? '')),
    })),
  )
  for (const part of inParts(series)) await ctx.db.insert(usageSeries).values(part).onConflictDoNothing()
  const sums = (table: typeof usageHourly | typeof usageDaily) =>
    Object.fromEntries(MEASURES.map((name) => [name, sql`${table[name]} + excluded.${sql.raw(columnOf(name))}`]))
  for (const part of inParts(hourly)) {
    await ctx.db
      .insert(usageHourly)
      .values(part.map(({ at, ...cell }) => ({ ...cell, hour: new Date(at) })))
      .onConflictDoUpdate({ target: [usageHourly.seriesId, usageHourly.hour], set: sums(usageHourly) })
  }
  for (const part of inParts(daily)) {
    await ctx.db
      .insert(usageDaily)
      .values(part.map(({ at, ...cell }) => ({ ...cell, day: at })))
      .onConflictDoUpdate({ target: [usageDaily.seriesId, usageDaily.day], set: sums(usageDaily) })
  }
}

const accountOf = ({ vault, account }: SeededCall): string => account ?? `vault:${vault}`

const columnOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

function* inParts<T>(rows: readonly T[]): Generator<T[]> {
  for (let i = 0; i < rows.length; i += 1_000) yield rows.slice(i, i + 1_000)
}

interface Seeded {
  readonly call: SeededCall
  readonly event: UsageEvent
}

async function insertEvents(ctx: ServiceContext, seeded: readonly Seeded[]): Promise<void> {
  const { deploymentId } = ctx
  const groups = Map.groupBy(seeded, ({ call, event }) => `${call.vault}/${periodOf(event.startedAt)}`)
  for (const [, group] of groups) {
    const [first] = group
    if (!first) continue
    const [vaultId, period] = [first.call.vault, periodOf(first.event.startedAt)]
    await ctx.db.execute(sql`select ensure_event_partition(${period})`)
    const tokens = group.reduce((sum, { event }) => sum + billableTokens(event), 0n)
    const [state] = await ctx.db
      .insert(meterPeriods)
      .values({
        deploymentId,
        vaultId,
        period,
        eventCount: group.length,
        frontier: EMPTY_FRONTIER,
        root: EMPTY_ROOT,
        tokens,
      })
      .onConflictDoUpdate({
        target: [meterPeriods.deploymentId, meterPeriods.vaultId, meterPeriods.period],
        set: {
          eventCount: sql`${meterPeriods.eventCount} + excluded.event_count`,
          tokens: sql`${meterPeriods.tokens} + excluded.tokens`,
        },
      })
      .returning({ eventCount: meterPeriods.eventCount })
    const begin = (state?.eventCount ?? group.length) - group.length
    const place = { deploymentId, vaultId, account: accountOf(first.call), period }
    const rows = group.map(({ event }, i) => eventRow(event, { ...place, ordinal: begin + i }))
    for (const part of inParts(rows)) await ctx.db.insert(events).values(part)
    await insertMeters(ctx, { vaultId, period }, group)
  }
}

function eventRow(
  event: UsageEvent,
  place: { deploymentId: string; vaultId: bigint; account: string; period: number; ordinal: number },
): typeof events.$inferInsert {
  return {
    ...event,
    ...place,
    wallet: null,
    billableTokens: billableTokens(event),
    litellmCost: parseLitellmCost(event.litellmCostUsd ?? ''),
    latencyMs: event.latencyMs ?? null,
    road: 'plugin',
    receivedAt: event.endedAt,
  }
}

async function insertMeters(
  { db, deploymentId }: ServiceContext,
  place: { vaultId: bigint; period: number },
  group: readonly Seeded[],
): Promise<void> {
  const rows = [...Map.groupBy(group, ({ event }) => event.model)].map(([model, calls]) => ({
    deploymentId,
    ...place,
    model,
    tokens: calls.reduce((sum, { event }) => sum + billableTokens(event), 0n),
    requests: BigInt(calls.length),
  }))
  await db
    .insert(meters)
    .values(rows)
    .onConflictDoUpdate({
      target: [meters.deploymentId, meters.vaultId, meters.period, meters.model],
      set: { tokens: sql`${meters.tokens} + excluded.tokens`, requests: sql`${meters.requests} + excluded.requests` },
    })
}
