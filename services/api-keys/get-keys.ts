import type { ServiceContext } from '#services/platform/context.ts'
import { toKeyView, viewKey } from './key-view.ts'
import type { KeyView } from './schemas.ts'
import { findBlocks, findByHashes, findLiveKey, findLiveKeys, findPayers } from './store.ts'

/** What may be seen of a vault's key. The caller has checked that the actor is a party of the vault. */
export async function getKeyForVault(ctx: ServiceContext, vaultId: bigint): Promise<KeyView> {
  return viewKey(ctx.db, await findLiveKey(ctx.db, { deploymentId: ctx.deploymentId, vaultId }))
}

/** The same for many vaults; each vault that is asked for has an entry. */
export async function getKeysForVaults(ctx: ServiceContext, vaultIds: bigint[]): Promise<Map<bigint, KeyView>> {
  const rows = await findLiveKeys(ctx.db, ctx.deploymentId, vaultIds)
  const blocks = await findBlocks(
    ctx.db,
    rows.map(({ id }) => id),
  )
  const byVault = new Map(rows.map((row) => [row.vaultId, row]))
  return new Map(vaultIds.map((vaultId) => [vaultId, toKeyView(byVault.get(vaultId) ?? null, blocks)]))
}

/** Who pays for a key's usage. */
export interface KeyPayer {
  /** The vault's number, or a credit account's, negated. */
  readonly vaultId: bigint
  /** As reports name it: `vault:<number>` or `credits:<account id>`. */
  readonly account: string
  /** Flow address of the one who made the key, or the account's subject with another issuer. */
  readonly wallet: string
}

/** Who pays for each key, by the key's hash; also for replaced keys. Unknown hashes are absent. */
export async function findKeyPayers(ctx: ServiceContext, keyHashes: readonly string[]): Promise<Map<string, KeyPayer>> {
  const rows = await findPayers(ctx.db, ctx.deploymentId, keyHashes)
  return new Map(rows.map(({ keyHash, vaultId, account, wallet }) => [keyHash, { vaultId, account, wallet }]))
}

/** The vault that pays for each key. */
export async function findKeyOwners(ctx: ServiceContext, keyHashes: readonly string[]): Promise<Map<string, bigint>> {
  const payers = await findKeyPayers(ctx, keyHashes)
  return new Map([...payers].map(([keyHash, { vaultId }]) => [keyHash, vaultId]))
}

/** What is shown of vaults' keys in place of their secrets, by hash. The caller has checked who may see them. */
export async function findKeyMasks(ctx: ServiceContext, keyHashes: readonly string[]): Promise<Map<string, string>> {
  const rows = await findByHashes(ctx.db, ctx.deploymentId, keyHashes)
  return new Map(rows.flatMap(({ keyHash, masked }) => (keyHash && masked ? [[keyHash, masked] as const] : [])))
}
