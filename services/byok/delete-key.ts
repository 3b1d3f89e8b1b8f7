import type { ServiceContext } from '#services/platform/context.ts'
import { type KeyPlace, removeKey } from './store.ts'

/** Forgets a key for good. Forgetting it twice is the same as once. */
export async function deleteKey(ctx: ServiceContext, place: KeyPlace): Promise<void> {
  await removeKey(ctx.db, place)
  ctx.log.info({ ...place }, 'a provider key was deleted')
}
