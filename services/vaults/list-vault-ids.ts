import type { ServiceContext } from '#services/platform/context.ts'

/** The numbers of the vaults that an account owns or is paid by, oldest first. Anybody may lengthen either list. */
export async function listVaultIds(
  { chain }: Pick<ServiceContext, 'chain'>,
  party: { readonly owner: string } | { readonly provider: string },
): Promise<bigint[]> {
  const ids = await ('owner' in party
    ? chain.script('get_vault_ids_by_owner', party)
    : chain.script('get_vault_ids_by_provider', party))
  return ids.toSorted((a, b) => (a < b ? -1 : 1))
}
