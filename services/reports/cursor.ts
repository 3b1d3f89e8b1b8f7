import * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import type { FiguresRow } from './read-figures.ts'

const place = z.tuple([z.string(), z.string(), z.string()])

/** Where a page ends: rows are in the order of these. */
export const cursorOf = ({ bucket, account, group }: FiguresRow): string =>
  Buffer.from(JSON.stringify([bucket, account, group])).toString('base64url')

/** Rows after the one that a cursor names, whether it is still there or not. */
export function rowsAfter(rows: readonly FiguresRow[], cursor: string | undefined): readonly FiguresRow[] {
  if (cursor === undefined) return rows
  const [bucket, account, group] = readCursor(cursor)
  return rows.filter((row) => {
    if (row.bucket !== bucket) return row.bucket > bucket
    return row.account === account ? row.group > group : row.account > account
  })
}

function readCursor(cursor: string): z.output<typeof place> {
  try {
    return place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch (cause) {
    throw new AppError('invalid_request', 'The cursor is not one of this report. Begin without it.', { cause })
  }
}
