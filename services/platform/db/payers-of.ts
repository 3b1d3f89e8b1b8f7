import { type SQL, sql } from 'drizzle-orm'
import { creditsOf, vaultOf } from '#lib/metering/payer.ts'

/**
 * The numbers that accounts are metered under, as an array: those of vaults, and those of credit accounts below 0. A
 * parameter of its final type: a list that were cast once more would be read anew for every row.
 */
export function payersOf(accounts: readonly string[]): SQL {
  const vaults = sql`${sql.param(accounts.flatMap((account) => vaultOf(account)?.toString() ?? []))}::bigint[]`
  const credits = accounts.flatMap((account) => creditsOf(account) ?? [])
  if (credits.length === 0) return vaults
  return sql`(${vaults} || array(select -number from credit_accounts where id = any(${sql.param(credits)}::text[])))`
}
