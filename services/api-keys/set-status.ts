import type { ServiceContext } from '#services/platform/context.ts'
import { addToOutbox } from '#services/platform/outbox/add.ts'
import { type KeyRow, updateKey } from './store.ts'

export const KEY_STATE_KIND = 'api-keys.state'

/** Writes down what LiteLLM must do with a key, and that it has to be told. Needs the row's lock. */
export async function setStatus(
  tx: ServiceContext,
  key: Pick<KeyRow, 'id' | 'revision'>,
  status: 'active' | 'blocked' | 'deleted',
): Promise<void> {
  const revision = key.revision + 1
  await updateKey(tx.db, key.id, { status, revision, updatedAt: tx.clock() })
  const dedupe = `${KEY_STATE_KIND}:${key.id}:${revision}`
  await addToOutbox(tx, [{ kind: KEY_STATE_KIND, dedupe, payload: { keyId: key.id } }])
}
