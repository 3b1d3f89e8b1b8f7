import { type KeyName, nameAccountKeys } from '#services/account-keys/index.ts'
import { findKeyMasks } from '#services/api-keys/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { UsageGroup } from '#services/rating/index.ts'
import type { FiguresRow } from './read-figures.ts'

/** What its owner knows a key by; a subscription's has no name of its own. */
export type NamedKey = Omit<KeyName, 'name'> & { readonly name: string | null }

const HASH = /^[0-9a-f]{64}$/

/**
 * The keys that rows are of, by their group; none where rows are not of keys. The rows have been found for the actor.
 */
export async function nameKeys(
  ctx: ServiceContext,
  by: UsageGroup,
  rows: readonly Pick<FiguresRow, 'group'>[],
): Promise<ReadonlyMap<string, NamedKey>> {
  if (by !== 'key') return new Map()
  const groups = [...new Set(rows.map(({ group }) => group).filter((group) => group !== ''))]
  const [ofAccounts, ofVaults] = await Promise.all([
    nameAccountKeys(
      ctx,
      groups.filter((group) => !HASH.test(group)),
    ),
    findKeyMasks(
      ctx,
      groups.filter((group) => HASH.test(group)),
    ),
  ])
  const vaultKeys = [...ofVaults].map(([hash, masked]) => [hash, { name: null, masked }] as const)
  return new Map<string, NamedKey>([...ofAccounts, ...vaultKeys])
}
