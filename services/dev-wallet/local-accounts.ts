import { readFile } from 'node:fs/promises'
import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { accountsFile, type LocalAccount } from './schemas.ts'

/** The account that submits readings has no business in a browser. */
const NOT_OFFERED = 'oracle'

/**
 * The accounts that the development wallet may use. On any network but the emulator, or without the file that local
 * set-up writes, the wallet doesn't exist.
 */
export async function localAccounts(ctx: ServiceContext): Promise<LocalAccount[]> {
  if (ctx.env.flow.network !== 'emulator' || !ctx.env.local) {
    throw new AppError('not_found', 'There is nothing at this address.', { internal: 'no development wallet here' })
  }
  const { accounts } = accountsFile.parse(JSON.parse(await readFile(ctx.env.local.accountsFile, 'utf8')))
  return accounts.filter(({ name }) => name !== NOT_OFFERED)
}
