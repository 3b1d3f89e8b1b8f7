import type { Db } from '#services/platform/db/client.ts'
import type { KeyView } from './schemas.ts'
import { type BlockRow, findBlocks, type KeyRow } from './store.ts'

/** What of a key may be seen: never its secret, never its hash. */
export function toKeyView(row: KeyRow | null, blocks: readonly BlockRow[]): KeyView {
  if (!row || row.status === 'deleted') return { state: 'none', masked: null, acknowledged: false, blocks: [] }
  const standing = blocks
    .filter(({ keyId }) => keyId === row.id)
    .map(({ reason, detail, since }) => ({ reason, detail, since: since.toISOString() }))
  return { state: row.status, masked: row.masked, acknowledged: row.shownAt !== null, blocks: standing }
}

/** The same with the blocks that stand now. */
export async function viewKey(db: Db, row: KeyRow | null): Promise<KeyView> {
  return toKeyView(row, row ? await findBlocks(db, [row.id]) : [])
}
