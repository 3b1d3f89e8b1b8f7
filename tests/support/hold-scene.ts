import { sql } from 'drizzle-orm'
import type { VaultReport } from '#lib/flow/vault-report.ts'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { apiKeys, vaultHolds } from '#services/platform/db/schema/index.ts'
import { createVaultHoldWriter, type VaultHoldWriter } from '#services/vault-holds/index.ts'
import { createTestContext } from './context.ts'
import { tellVaults, type ToldVaults } from './told-vaults.ts'
import { giveKey, usageEvent } from './usage-events.ts'

/** A request of 1,000 tokens of gpt-4 costs 0.03 USD at most, and so much when it uses them. */
export const TOKENS = 1_000n
export const PRICE = 3_000_000n

export interface Vault {
  readonly id: bigint
  readonly keyHash: string
}

/** Two writers, as two processes have one each, in front of vaults that a test tells of. */
export interface HoldScene extends AsyncDisposable {
  readonly ctx: ServiceContext
  readonly told: ToldVaults
  readonly writers: readonly VaultHoldWriter[]
  now: Date
  wait(ms: number): void
  /** A vault that can pay for so many requests. */
  vaultFor(requests: bigint, more?: Partial<VaultReport>): Promise<Vault>
  eventOf(vault: Pick<Vault, 'keyHash'>): UsageEventWire
  place: (
    vault: Vault,
    event: UsageEventWire,
    more?: { writer?: number; tokens?: bigint; models?: readonly string[] | null },
  ) => ReturnType<VaultHoldWriter['place']>
  use(events: readonly UsageEventWire[], road?: 'plugin' | 'poll'): Promise<unknown>
  /** What comes of so many requests at once. */
  clients(vault: Vault, count: number): Promise<{ granted: UsageEventWire[]; reasons: Set<string> }>
  statesOf(...events: UsageEventWire[]): Promise<string[]>
}

export async function openHoldScene(): Promise<HoldScene> {
  const told = tellVaults()
  const opened = await createTestContext({ chain: told.chain, clock: () => scene.now })
  const { ctx } = opened
  let nextVault = 1n
  const writers = [createVaultHoldWriter(ctx), createVaultHoldWriter(ctx)]
  const scene: HoldScene = {
    ctx,
    told,
    writers,
    now: new Date('2026-11-21T12:00:00Z'),
    wait: (ms) => void (scene.now = new Date(scene.now.getTime() + ms)),
    async vaultFor(requests, more = {}) {
      const id = nextVault++
      told.tell(id, requests * PRICE, more)
      const keyHash = await giveKey(ctx, id)
      await ctx.db
        .update(apiKeys)
        .set({ createdAt: scene.now })
        .where(sql`key_hash = ${keyHash}`)
      return { id, keyHash }
    },
    eventOf({ keyHash }) {
      const at = scene.now.toISOString()
      return usageEvent(keyHash, { startedAt: at, endedAt: at, inputTokens: String(TOKENS), outputTokens: '0' })
    },
    place({ id: vaultId, keyHash }, { id }, { writer = 0, tokens = TOKENS, models = ['gpt-4'] } = {}) {
      const expiresAt = new Date(scene.now.getTime() + 60_000)
      const chosen = writers[writer % 2] as VaultHoldWriter
      return chosen.place({ id, vaultId, keyHash, tokens, models, expiresAt, facts: {} })
    },
    use: (events, road = 'plugin') => ingestEvents(ctx, { road, items: events.map((raw) => ({ raw })) }),
    async clients(vault, count) {
      const events = Array.from({ length: count }, () => scene.eventOf(vault))
      const answers = await Promise.all(events.map((event, writer) => scene.place(vault, event, { writer })))
      const granted = events.filter((_, i) => answers[i]?.ok)
      return { granted, reasons: new Set(answers.flatMap((answer) => (answer.ok ? [] : [answer.reason]))) }
    },
    async statesOf(...events) {
      const rows = await ctx.db.select().from(vaultHolds)
      return events.map(({ id }) => rows.find((row) => row.id === id)?.state ?? 'none')
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
  return scene
}
