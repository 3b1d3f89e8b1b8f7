import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { type AccountRow, findAccountOf, insertAccount } from './store.ts'

/** Opens the credit account of a subject at its first sign-in; later calls find it. It begins in the free tier. */
export async function openAccount(ctx: ServiceContext, { subject }: { subject: string }): Promise<AccountRow> {
  const known = await findAccountOf(ctx.db, subject)
  if (known) return known
  await insertAccount(ctx.db, { id: `cr_${randomHex(12)}`, subject, tier: 'free', createdAt: ctx.clock() })
  const opened = await findAccountOf(ctx.db, subject)
  if (!opened) throw new AppError('internal', 'The account could not be opened. Try again.')
  return opened
}
