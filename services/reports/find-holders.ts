import { creditsOf, vaultOf } from '#lib/metering/payer.ts'
import { requireAdmin } from '#services/auth/index.ts'
import { findAccount } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getReports } from '#services/vaults/index.ts'

/**
 * Whose accounts are, for the admin: the owners of vaults as the chain names them now, and the subjects of credit
 * accounts. What doesn't exist has no entry. Throws `session_required`, `not_permitted`.
 */
export async function findHolders(ctx: ServiceContext, accounts: readonly string[]): Promise<Map<string, string>> {
  await requireAdmin(ctx)
  const [owners, subjects] = await Promise.all([ownersOf(ctx, accounts), subjectsOf(ctx, accounts)])
  return new Map(
    accounts.flatMap((account): [string, string][] => {
      const holder = owners.get(vaultOf(account)) ?? subjects.get(account)
      return holder === undefined ? [] : [[account, holder]]
    }),
  )
}

async function ownersOf(ctx: ServiceContext, accounts: readonly string[]): Promise<Map<bigint | null, string>> {
  const ids = accounts.map(vaultOf).filter((id) => id !== null)
  return new Map((await getReports(ctx, ids)).map(({ id, owner }) => [id, owner]))
}

async function subjectsOf(ctx: ServiceContext, accounts: readonly string[]): Promise<Map<string, string>> {
  const found = await Promise.all(
    accounts.map(async (account): Promise<[string, string][]> => {
      const id = creditsOf(account)
      const row = id === null ? null : await findAccount(ctx, { id })
      return row ? [[account, row.subject.replace(/^flow:/, '')]] : []
    }),
  )
  return new Map(found.flat())
}
