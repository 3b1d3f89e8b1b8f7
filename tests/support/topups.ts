import { sql } from 'drizzle-orm'
import { type Usd, usd } from '#lib/money/units.ts'
import type { Signer } from '#services/clients/flow/index.ts'
import { openAccount } from '#services/credits/index.ts'
import { watchTopups } from '#services/flow-topups/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type Billing, openBilling } from './billing.ts'
import { startEmulator, stopEmulator } from './contract-chain.ts'
import { createTestContext, type TestContext } from './context.ts'

/** Contracts on an emulator of the test's own, and books whose treasury is the vaults' provider: the hardest case. */
export interface TopupWorld extends AsyncDisposable {
  readonly billing: Billing
  readonly opened: TestContext
  readonly ctx: ServiceContext
  readonly treasury: string
  /** Pays for credits from a wallet, by the product's own transaction. */
  pay(buyer: Signer, amount: string): Promise<void>
}

export async function openTopupWorld(): Promise<TopupWorld> {
  await startEmulator()
  const billing = await openBilling()
  const treasury = billing.provider.address
  const { deploymentId } = await billing.chain.script('get_settings', {})
  const opened = await createTestContext({
    chain: billing.chain,
    deploymentId,
    variables: { CREDITS_FLOW_ADDRESS: treasury, FLOW_CONTRACT_ADDRESS: billing.admin.address },
  })
  return {
    billing,
    opened,
    ctx: opened.ctx,
    treasury,
    pay: async (buyer, amount) => void (await billing.chain.send('owner/buy_credits', { amount, treasury }, buyer)),
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await stopEmulator()
    },
  }
}

/** Rounds until nothing is left to do. */
export async function watchAll(ctx: ServiceContext): Promise<void> {
  while (await watchTopups(ctx));
}

export const accountOf = async (ctx: ServiceContext, { address }: Pick<Signer, 'address'>): Promise<string> =>
  (await openAccount(ctx, { subject: `flow:${address}` })).id

/** What an account was ever credited for FLOW, by the ledger. */
export async function creditedFor(ctx: ServiceContext, accountId: string): Promise<Usd> {
  const { rows } = await ctx.db.execute<{ credited: string }>(sql`
    select coalesce(sum(amount), 0) as credited from ledger_transfers
    where account_id = ${accountId} and debit = 'flow'`)
  return usd(BigInt(rows[0]?.credited ?? '0'))
}
