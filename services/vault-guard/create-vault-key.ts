import type { VaultReport } from '#lib/flow/vault-report.ts'
import { judgeVault, type VaultBlockReason } from '#lib/keys/judge-vault.ts'
import { type CreatedKey, createKey, type CreateKeyInput } from '#services/api-keys/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { readTerms } from './read-terms.ts'
import { readUsage } from './read-usage.ts'

/** Makes a vault's key, if the vault can pay for its use: else `key_blocked`, with what to do. */
export const createVaultKey = (
  ctx: ServiceContext,
  input: Pick<CreateKeyInput, 'vaultId' | 'reissue'>,
): Promise<CreatedKey> => createKey(ctx, { ...input, reasonsAgainst: (vault) => reasonsAgainst(ctx, vault) })

async function reasonsAgainst(ctx: ServiceContext, vault: VaultReport): Promise<VaultBlockReason[]> {
  const [terms, usages] = await Promise.all([readTerms(ctx), readUsage(ctx, [vault.id])])
  return judgeVault(vault, vault.owner, usages.get(vault.id) ?? [], terms)
}
