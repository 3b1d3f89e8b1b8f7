import type { ServiceContext } from '#services/platform/context.ts'
import { localAccounts } from './local-accounts.ts'
import type { DevAccountList } from './schemas.ts'

/** The local accounts by name and address; their keys stay on the server. */
export async function listDevAccounts(ctx: ServiceContext): Promise<DevAccountList> {
  const accounts = await localAccounts(ctx)
  return { accounts: accounts.map(({ name, address, keyIndex }) => ({ name, address, keyIndex })) }
}
