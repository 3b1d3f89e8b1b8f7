import { requireAdmin } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type AccountRow, searchAccounts } from './store.ts'

export interface AccountPage {
  readonly accounts: readonly AccountRow[]
  /** Where the next page starts; null on the last. */
  readonly next: string | null
}

/** Accounts in the order of their numbers, newest first, by a part of id or subject; for the admin. */
export async function listAccounts(
  ctx: ServiceContext,
  { query, before, limit }: { query: string | null; before: bigint | null; limit: number },
): Promise<AccountPage> {
  await requireAdmin(ctx)
  const found = await searchAccounts(ctx.db, { query, before, limit: limit + 1 })
  const accounts = found.slice(0, limit)
  const last = accounts.at(-1)
  return { accounts, next: found.length > limit && last ? last.number.toString() : null }
}
