import { eq } from 'drizzle-orm'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { type SubscriptionEvent, subscriptionEventsNamed } from '#lib/flow/events.ts'
import { priceUsage, usdToFlow } from '#lib/pricing/price-usage.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { events, meterPeriods, readings } from '#services/platform/db/schema/index.ts'
import { getSchedule } from '#services/pricing/index.ts'
import type { ChainWorld } from './chain-world.ts'

/** Variables with which the oracle reaches a test's chain as the account that may submit readings. */
export function oracleVariables({ accessNode, contractAddress, accounts }: ChainWorld): Record<string, string> {
  return {
    FLOW_ACCESS_NODE: accessNode,
    FLOW_CONTRACT_ADDRESS: contractAddress,
    FLOW_ORACLE_ADDRESS: accounts.oracle.address,
    FLOW_PRIVATE_KEY: accounts.oracle.privateKey,
  }
}

/** Every ReadingSettled of a vault since the chain began, or since a height below which it was not there. */
export async function settlementsOf(
  { chain }: Pick<ServiceContext, 'chain'>,
  vaultId: bigint,
  since = 0,
): Promise<SubscriptionEvent<'ReadingSettled'>[]> {
  const type = chain.eventType('UsageBasedSubscriptions.ReadingSettled')
  const { height } = await chain.latestBlock()
  const found = []
  for (let from = since; from <= height; from += 200) {
    found.push(...(await chain.events(type, from, Math.min(from + 199, height))))
  }
  return subscriptionEventsNamed('ReadingSettled', found).filter(({ id }) => id === vaultId)
}

/** Waits until no usage of the vault is unsettled and no reading is open. */
export async function untilSettled(ctx: ServiceContext, vaultId: bigint, withinMs = 120_000): Promise<void> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const periods = await ctx.db.select().from(meterPeriods).where(eq(meterPeriods.vaultId, vaultId))
    if (periods.length > 0 && periods.every(({ tokens, settledTokens }) => tokens === settledTokens)) return
    if (Date.now() > deadline) {
      const rows = await ctx.db.select().from(readings).where(eq(readings.vaultId, vaultId))
      const text = JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
      throw new Error(`Vault ${vaultId} was not settled in ${withinMs} ms: ${text}`)
    }
    await sleep(50)
  }
}

/** Every call once, every sequence settled once, and the vault charged what the price list says, to the last 1e-8. */
export async function expectChargedOnce(
  ctx: ServiceContext,
  vaultId: bigint,
  calls: readonly UsageEventWire[],
  since = 0,
): Promise<void> {
  const stored = await ctx.db.select().from(events).where(eq(events.vaultId, vaultId))
  expect(stored.map(({ id }) => id).toSorted()).toEqual(calls.map(({ id }) => id).toSorted())
  const settled = await settlementsOf(ctx, vaultId, since)
  const sequences = settled.map(({ sequence }) => sequence)
  expect(sequences, 'a sequence settled more than once').toEqual([...new Set(sequences)])
  const usage = new Map<string, bigint>()
  for (const { model, inputTokens, outputTokens } of calls) {
    usage.set(model, (usage.get(model) ?? 0n) + BigInt(inputTokens ?? 0) + BigInt(outputTokens ?? 0))
  }
  const last = settled.at(-1)
  if (!last) throw new Error('Nothing was settled.')
  const price = priceUsage(await getSchedule(ctx, last.period), usage).usd
  expect(last.priceUsd).toBe(price)
  const flowDue = settled.reduce((sum, each) => sum + usdToFlow(each.dueUsd, each.usdPerFlow), 0n)
  const vault = await ctx.chain.script('get_vault', { id: vaultId })
  expect((vault?.accrued ?? 0n) + (vault?.paid ?? 0n) + (vault?.uncovered ?? 0n)).toBe(flowDue)
  const charged = settled.reduce((sum, { dueUsd }) => sum + dueUsd, 0n)
  expect(charged - (vault?.creditUsd ?? 0n)).toBe(price)
  const rows = await ctx.db.select().from(readings).where(eq(readings.vaultId, vaultId))
  expect(rows.filter(({ status }) => status === 'sealed').map(({ usd }) => usd)).toContain(price)
  expect(rows.flatMap(({ alarm }) => (alarm ? [alarm] : []))).toEqual([])
}
