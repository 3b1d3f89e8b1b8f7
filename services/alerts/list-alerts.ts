import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { toAlertView } from './alert-view.ts'
import { readersFor } from './audiences.ts'
import type { AlertList } from './schemas.ts'
import { type AlertPlace, type AlertRow, countUnread, listForReaders, markRead } from './store.ts'

const PAGE = 50
const MOST_COUNTED = 100

const PLACE = /^(\d{1,15})_(alert_[0-9a-f]{24})$/

const placeOf = ({ createdAt, id }: AlertRow): string => `${createdAt.getTime()}_${id}`

function parsePlace(text: string): AlertPlace {
  const [, ms = '', id = ''] = PLACE.exec(text) ?? []
  const createdAt = new Date(Number.parseInt(ms, 10))
  if (id === '' || Number.isNaN(createdAt.getTime())) {
    throw new AppError('invalid_request', 'There is no such page of alerts. Begin with the first one.')
  }
  return { createdAt, id }
}

/** The signed-in user's alerts, newest first; with the operator's for who is one. */
export async function listAlerts(ctx: ServiceContext, { after }: { after?: string | undefined }): Promise<AlertList> {
  const place = after === undefined ? null : parsePlace(after)
  const readers = await readersFor(ctx)
  const [rows, unread] = await Promise.all([
    listForReaders(ctx.db, readers, { after: place, limit: PAGE + 1 }),
    countUnread(ctx.db, readers, MOST_COUNTED),
  ])
  const page = rows.slice(0, PAGE)
  const last = page.at(-1)
  return { alerts: page.map(toAlertView), unread, next: rows.length > PAGE && last ? placeOf(last) : null }
}

/** Marks some or all of the user's alerts as read; those of others are left alone. Repeating this changes nothing. */
export async function readAlerts(
  ctx: ServiceContext,
  { ids }: { ids?: string[] | undefined },
): Promise<{ unread: number }> {
  const readers = await readersFor(ctx)
  await markRead(ctx.db, readers, ctx.clock(), ids)
  return { unread: await countUnread(ctx.db, readers, MOST_COUNTED) }
}
