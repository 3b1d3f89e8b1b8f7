import * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type HistoryCursor, listTransfers, type TransferRow } from './store.ts'

const cursorShape = z.tuple([
  z.iso.datetime().regex(/^2/),
  z
    .string()
    .max(300)
    .regex(/^[\x20-\x7e]*$/),
])

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

/** A transfer as its customer's history has it. */
export type HistoryLine = TransferRow

export interface History {
  readonly lines: readonly HistoryLine[]
  /** Where the next page starts; null on the last. */
  readonly next: string | null
}

export interface HistoryQuery {
  readonly accountId: string
  readonly cursor: string | null
  readonly limit: number
  /** Null: all. */
  readonly kinds?: readonly TransferRow['kind'][] | null
}

/** An account's transfers, newest first, a page at a time. */
export async function listHistory(
  ctx: ServiceContext,
  { accountId, cursor, limit, kinds = null }: HistoryQuery,
): Promise<History> {
  const after = cursor === null ? null : decode(cursor)
  const found = await listTransfers(ctx.db, accountId, { after, limit: limit + 1, kinds })
  const lines = found.slice(0, limit)
  const last = lines.at(-1)
  return { lines, next: found.length > limit && last ? encode({ at: last.createdAt, id: last.id }) : null }
}
