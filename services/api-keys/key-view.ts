import type { KeyView } from './schemas.ts'
import type { KeyRow } from './store.ts'

/** What of a key may be seen: never its secret, never its hash. */
export function toKeyView(row: KeyRow | null): KeyView {
  if (!row || row.status === 'deleted') return { state: 'none', masked: null, acknowledged: false }
  return { state: row.status, masked: row.masked, acknowledged: row.shownAt !== null }
}
