import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { findKeys } from './store.ts'

/** What a key is called, and what is shown in place of its secret. */
export interface KeyName {
  readonly name: string
  readonly masked: string
}

/** The account of each key, also of a revoked one, by the key's id. Unknown ids are absent. */
export async function findKeyAccounts(ctx: ServiceContext, ids: readonly string[]): Promise<Map<string, string>> {
  requireSystem(ctx.actor)
  return new Map((await findKeys(ctx.db, ids)).map(({ id, accountId }) => [id, accountId]))
}

/** The name of each key, also of a revoked one. The caller has checked who may see the keys' accounts. */
export async function nameAccountKeys(ctx: ServiceContext, ids: readonly string[]): Promise<Map<string, KeyName>> {
  return new Map((await findKeys(ctx.db, ids)).map(({ id, name, masked }) => [id, { name, masked }]))
}
