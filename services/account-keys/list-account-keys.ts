import { requireAccount } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { viewOf } from './key-view.ts'
import type { AccountKeyView } from './schemas.ts'
import { listKeys } from './store.ts'

/** The living keys of the account that asks, newest first. */
export async function listAccountKeys(ctx: ServiceContext): Promise<AccountKeyView[]> {
  return (await listKeys(ctx.db, requireAccount(ctx.actor))).map(viewOf)
}
