import type { VaultReport } from '#lib/flow/vault-report.ts'
import { judgeVault } from '#lib/keys/judge-vault.ts'
import { type CreatedKey, createKey, type CreateKeyInput, type KeyAssessment } from '#services/api-keys/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { wantedBudget } from './key-budget.ts'
import { readTerms } from './read-terms.ts'
import { readUsage } from './read-usage.ts'

/** Makes a vault's key, if the vault can pay for its use: else `key_blocked`, with what to do. */
export const createVaultKey = (
  ctx: ServiceContext,
  input: Pick<CreateKeyInput, 'vaultId' | 'reissue'>,
): Promise<CreatedKey> => createKey(ctx, { ...input, assess: (vault) => assess(ctx, vault) })

async function assess(ctx: ServiceContext, vault: VaultReport): Promise<KeyAssessment> {
  const [terms, usages] = await Promise.all([readTerms(ctx), readUsage(ctx, [vault.id])])
  return {
    reasons: judgeVault(vault, vault.owner, usages.get(vault.id) ?? [], terms),
    budgetUsd: wantedBudget(vault, null, terms.usdPerFlow),
  }
}
