import { AppError } from '#lib/errors/app-error.ts'
import { requireAdmin } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type LetterDetailView, toDetailView } from './schemas.ts'
import { findLetters, listActions } from './store.ts'

/** A dead letter and what was done to it. For the admin. Throws `not_found`. */
export async function getDeadLetter(ctx: ServiceContext, { id }: { id: bigint }): Promise<LetterDetailView> {
  await requireAdmin(ctx)
  const [letter] = await findLetters(ctx.db, [id])
  if (!letter) throw notThere(id)
  return toDetailView(letter, await listActions(ctx.db, id))
}

export const notThere = (id: bigint): AppError =>
  new AppError('not_found', `There is no open dead letter ${id}. Nothing was changed.`)
