import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type AccountRow, lockAccounts } from './store.ts'

/** The account, locked until the transaction ends, or `not_found`. */
export async function requireLockedAccount(tx: ServiceContext, accountId: string): Promise<AccountRow> {
  const [account] = await lockAccounts(tx.db, [accountId])
  if (account) return account
  throw new AppError('not_found', "There is no such credit account. Check the account's id.")
}
