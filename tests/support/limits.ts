import { asc, eq } from 'drizzle-orm'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import type { LimitInput } from '#services/limits/schemas.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { alerts, keyBlocks, keyLimits } from '#services/platform/db/schema/index.ts'
import { usageEvent } from './usage-events.ts'

/** The id under which `giveKey` keeps a key. */
export const keyIdOf = (keyHash: string): string => `key_${keyHash.slice(0, 12)}`

export const tokenLimit = (more: Partial<LimitInput> = {}): LimitInput => ({
  account: 'vault:7',
  scope: 'end_user',
  value: 'ann',
  metric: 'tokens',
  per: 'day',
  kind: 'hard',
  amount: '1000',
  ...more,
})

/** A call of so many tokens, stored as any call is. */
export async function use(
  ctx: ServiceContext,
  keyHash: string,
  tokens: number,
  more: Partial<UsageEventWire> = {},
): Promise<void> {
  const startedAt = ctx.clock().toISOString()
  const call = usageEvent(keyHash, { startedAt, inputTokens: String(tokens), outputTokens: '0', ...more })
  const { stored } = await ingestEvents(ctx, { road: 'plugin', items: [{ raw: call }] })
  if (stored !== 1) throw new Error('The call was not stored.')
}

/** What was told, oldest first: window and threshold. */
export async function told({ db }: ServiceContext): Promise<unknown[]> {
  const rows = await db.select().from(alerts).orderBy(asc(alerts.createdAt), asc(alerts.dedupe))
  return rows.map(({ data }) => [data['window'], data['threshold']])
}

/** The details of the blocks that stand. */
export const blocks = async ({ db }: ServiceContext): Promise<string[]> =>
  (await db.select().from(keyBlocks)).map(({ detail }) => detail).toSorted()

/** The labels that a key refuses. */
export const refusedBy = async ({ db }: ServiceContext, keyId: string): Promise<string[]> =>
  (await db.select().from(keyLimits).where(eq(keyLimits.keyId, keyId)))[0]?.refused ?? []
