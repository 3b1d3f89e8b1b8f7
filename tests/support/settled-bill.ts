import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import type { AskNode, NodeAnswer } from '#lib/receipts/ask-node.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { outbox } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { createReadingHandler, planReadings } from '#services/settlement/index.ts'
import type { ChainWorld } from './chain-world.ts'
import { giveKey, usageEvent } from './usage-events.ts'
import type { Wallet } from './web-browser.ts'

export interface UsedVault {
  readonly vaultId: bigint
  readonly keyHash: string
  readonly owner: Wallet
  /** Stores calls in this month, oldest first; by default one of gpt-4. */
  use(...calls: readonly Partial<UsageEventWire>[]): Promise<UsageEventWire[]>
}

/** A vault of a new customer with a key that nobody but the test uses. */
export async function newUsedVault(ctx: ServiceContext, world: ChainWorld, deposit = '50.0'): Promise<UsedVault> {
  const owner = await world.newWallet()
  const vaultId = await world.openVault(owner, { deposit })
  const keyHash = await giveKey(ctx, vaultId)
  async function use(...calls: readonly Partial<UsageEventWire>[]): Promise<UsageEventWire[]> {
    const startedAt = new Date().toISOString()
    const events = (calls.length > 0 ? calls : [{}]).map((call) => usageEvent(keyHash, { startedAt, ...call }))
    await ingestEvents(ctx, { road: 'plugin', items: events.map((raw) => ({ raw })) })
    return events
  }
  return { vaultId, keyHash, owner, use }
}

const handler = createReadingHandler()

/** Plans readings for all that is unsettled, and brings them to the chain. */
export async function settleAll(ctx: ServiceContext): Promise<void> {
  await planReadings(ctx)
  while ((await dispatchOutbox(ctx, handler)) > 0) await ctx.db.update(outbox).set({ runAt: new Date(0) })
}

/** The same node, asked once for each question: a sealed chain doesn't change its answers. */
export function remembering(ask: AskNode): AskNode {
  const answers = new Map<string, Promise<NodeAnswer>>()
  return (path, body) => {
    const question = JSON.stringify([path, body])
    const known = answers.get(question) ?? ask(path, body)
    answers.set(question, known)
    return known
  }
}
