import * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type HistoryCursor, listTransfers, type TransferRow } from './store.ts'

const cursorShape = z.tuple([z.iso.datetime(), z.string().max(300)])

const encode = ({ at, id }: HistoryCursor): string =>
  Buffer.from(JSON.stringify([at.toISOString(), id]), 'utf8').toString('base64url')

function decode(text: string): HistoryCursor {
  try {
    const [at, id] = cursorShape.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
    return { at: new Date(at), id }
  } catch (cause) {
    throw new AppError('invalid_request', 'The cursor is not one that was given out. Start again without it.', {
      cause,
    })
  }
}

export interface History {
  readonly lines: readonly TransferRow[]
  /** Where the next page starts; null on the last. */
  readonly next: string | null
}

/** An account's transfers, newest first, a page at a time. */
export async function listHistory(
  ctx: ServiceContext,
  { accountId, cursor, limit }: { accountId: string; cursor: string | null; limit: number },
): Promise<History> {
  const after = cursor === null ? null : decode(cursor)
  const found = await listTransfers(ctx.db, accountId, { after, limit: limit + 1 })
  const lines = found.slice(0, limit)
  const last = lines.at(-1)
  return { lines, next: found.length > limit && last ? encode({ at: last.createdAt, id: last.id }) : null }
}
