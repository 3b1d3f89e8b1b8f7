import { expect } from 'vitest'
import { creditAccount, payerOfAccount } from '#lib/metering/payer.ts'
import { usd } from '#lib/money/units.ts'
import { ensureByokName } from '#services/api-keys/index.ts'
import { createHoldWriter, creditPurchase, openAccount } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { upstreamKeys } from '#services/platform/db/schema/index.ts'
import { hashOf } from './usage-events.ts'
import { type SeededCall, seedUsage } from './seeded-usage.ts'

/** A credit account with money, and the key that its usage is metered under. */
export interface Spender {
  readonly id: string
  /** `credits:cr_…` */
  readonly name: string
  readonly number: bigint
  readonly keyHash: string
}

const at = (ctx: ServiceContext, instant: string): ServiceContext => ({ ...ctx, clock: () => new Date(instant) })

export async function newSpender(ctx: ServiceContext, subject: string): Promise<Spender> {
  const { id, number } = await openAccount(ctx, { subject })
  const bought = { paymentId: randomHex(8), accountId: id, from: 'stripe', amount: usd(10n ** 13n), facts: {} } as const
  await creditPurchase(at(ctx, '2026-01-01T00:00:00Z'), bought)
  const keyHash = hashOf(`key of ${id}`)
  const row = { keyHash, accountId: id, deploymentId: ctx.deploymentId, kind: 'litellm', status: 'active' } as const
  await ctx.db.insert(upstreamKeys).values({ ...row, createdAt: new Date() })
  return { id, name: creditAccount(id), number, keyHash }
}

/** A call that is paid from credits. */
export interface PaidCall extends Omit<SeededCall, 'vault' | 'account' | 'key'> {
  /** 1e-8 USD. */
  readonly taken: bigint
  /** Goes to a provider on the customer's own key. */
  readonly isOwnKey?: boolean
}

/** Pays calls as the gateway does, by a hold that is posted, and stores them as ingest does. Their holds' ids. */
export async function payCalls(ctx: ServiceContext, account: Spender, calls: readonly PaidCall[]): Promise<string[]> {
  const ownKey = await ensureByokName(ctx, account.id)
  const ids: string[] = []
  for (const call of calls) {
    const id = `paid-${randomHex(8)}`
    const writer = createHoldWriter(at(ctx, call.at))
    const labels = {
      end_user: call.user,
      organization: call.organisation,
      team: call.team,
      conversation: call.conversation,
      feature: call.feature,
      agent: call.agent,
    }
    const keyHash = call.isOwnKey ? ownKey : account.keyHash
    const known = { requestId: id, keyId: call.accountKey ?? null, keyHash, labels, startedAt: call.at }
    const facts = { ...known, model: call.model ?? 'gpt-4o' }
    const hold = { id, accountId: account.id, amount: usd(call.taken * 2n), expiresAt: new Date('2030-01-01'), facts }
    expect(await writer.place(hold)).toMatchObject({ ok: true })
    await writer.end({ id, accountId: account.id, cost: usd(call.taken), facts: { tokens: '150' } })
    ids.push(id)
  }
  await seedUsage(
    ctx,
    calls.map((call) => ({
      ...call,
      vault: payerOfAccount(account.number),
      account: account.name,
      key: call.isOwnKey ? ownKey : account.keyHash,
    })),
  )
  return ids
}
