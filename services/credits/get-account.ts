import { usd } from '#lib/money/units.ts'
import { periodOf } from '#lib/period/period.ts'
import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { CreditAccount } from './schemas.ts'
import { type AccountRow, findAccountById, findAccountOf, listMonths } from './store.ts'

/** A row as the domain sees it. */
export const toAccount = (row: AccountRow): CreditAccount => ({
  id: row.id,
  subject: row.subject,
  tier: row.tier,
  status: row.status,
  balance: usd(row.balance),
  held: usd(row.held),
  receivable: usd(row.receivable),
  monthlyCap: row.monthlyCap === null ? null : usd(row.monthlyCap),
})

/** An account by its id or by whose it is; a subject has none before its first sign-in. */
export const findAccount = (
  { db }: ServiceContext,
  by: { subject: string } | { id: string },
): Promise<AccountRow | null> => ('id' in by ? findAccountById(db, by.id) : findAccountOf(db, by.subject))

/** A subject's account and what it spent in the running month, or `not_found`. */
export async function getAccount(ctx: ServiceContext, { subject }: { subject: string }) {
  const row = await findAccountOf(ctx.db, subject)
  if (!row) throw new AppError('not_found', 'You have no credit account yet. Sign in once to open it.')
  const [month] = await listMonths(ctx.db, [row.id], [periodOf(ctx.clock())])
  return { ...toAccount(row), monthSpent: usd(month?.spent ?? 0n) }
}
