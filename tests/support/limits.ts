import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import type { LimitInput } from '#services/limits/schemas.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
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
