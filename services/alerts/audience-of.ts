import { walletOf } from '#lib/accounts/wallet-of.ts'
import { creditsOf } from '#lib/metering/payer.ts'
import { findAccount } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type NewAlert, OPERATOR } from './schemas.ts'

/**
 * Whom to tell of an account; of all accounts together, the operator. Alerts are a wallet's: of a credit account that
 * has none, the operator is told too.
 */
export async function audienceOf(ctx: ServiceContext, account: string | null): Promise<NewAlert['to']> {
  if (account === null) return OPERATOR
  const accountId = creditsOf(account)
  if (accountId === null) return 'owner'
  return walletOf((await findAccount(ctx, { id: accountId }))?.subject ?? '') ?? OPERATOR
}
