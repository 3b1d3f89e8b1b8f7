import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { createKeptLookups } from '#services/platform/kept-lookups.ts'
import { unseal } from '#services/platform/crypto/seal.ts'
import { openedKey } from './open-key.ts'
import { sealContext } from './require-master-keys.ts'
import type { OpenedKey } from './schemas.ts'
import { type KeyPlace, listKeys, type ProviderKeyRow } from './store.ts'

/** The keys of accounts as requests need them. One a process. */
export interface OwnKeys {
  /** Providers that an account has a key for, one that is switched on. */
  providersOf(accountId: string): Promise<readonly string[]>
  /** The key in the clear, for one request; null when there is none. */
  open(place: KeyPlace): Promise<OpenedKey | null>
  /** An account's keys were changed: they are looked up anew. */
  forget(accountId: string): void
}

/** A key that was changed through another process is used as it was for so long, at most. */
const FRESH_MS = 1_000
/** Accounts that are remembered. */
const MOST = 10_000

/** Asks the database for an account's keys once a second; keeps them sealed, and opens each for its request alone. */
export function createOwnKeys(ctx: ServiceContext): OwnKeys {
  requireSystem(ctx.actor)
  const { masterKeys } = ctx.env.byok
  const known = createKeptLookups<readonly ProviderKeyRow[]>({ keptMs: FRESH_MS, most: MOST })
  const rowsOf = (accountId: string): Promise<readonly ProviderKeyRow[]> =>
    known.get(accountId, async () => (await listKeys(ctx.db, accountId)).filter(({ enabled }) => enabled))

  return {
    providersOf: async (accountId) =>
      masterKeys === null ? [] : (await rowsOf(accountId)).map(({ provider }) => provider),
    async open(place) {
      const row = (await rowsOf(place.accountId)).find(({ provider }) => provider === place.provider)
      return row && masterKeys ? openedKey(row, unseal(masterKeys, row, sealContext(place))) : null
    },
    forget: known.forget,
  }
}
