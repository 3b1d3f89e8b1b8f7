import { requireAdmin } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type LetterPageView, type LetterQuery, toLetterView } from './schemas.ts'
import { countLetters, listLetters } from './store.ts'

/** Usage that could not be stored, newest first, a page at a time. For the admin. */
export async function listDeadLetters(ctx: ServiceContext, query: LetterQuery): Promise<LetterPageView> {
  await requireAdmin(ctx)
  const { before, limit, ...filter } = query
  const [total, rows] = await Promise.all([
    countLetters(ctx.db, filter),
    listLetters(ctx.db, filter, { before, limit: limit + 1 }),
  ])
  const letters = rows.slice(0, limit)
  return {
    total,
    letters: letters.map(toLetterView),
    next: rows.length > limit ? (letters.at(-1)?.id.toString() ?? null) : null,
  }
}
