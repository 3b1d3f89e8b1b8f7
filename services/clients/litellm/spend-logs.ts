import type { Send } from './request.ts'
import { spendPageSchema } from './schemas.ts'
import { readSpendLog, type SpendLog } from './spend-log.ts'

export interface SpendLogQuery {
  /** Calls that started in [from, to], to the second: both ends are rounded outwards. */
  readonly from: Date
  readonly to: Date
  readonly keyHash?: string
  /** Calls of keys that belong to this user of LiteLLM. */
  readonly userId?: string
  /** From 1. Rows come oldest first, so the pages of a window in the past don't shift. */
  readonly page?: number
  readonly pageSize?: number
}

export interface SpendLogPage {
  readonly logs: readonly SpendLog[]
  /** Rows that can't be read, with the reason. */
  readonly unreadable: readonly { readonly row: unknown; readonly reason: string }[]
  readonly page: number
  readonly totalPages: number
  readonly total: number
}

const largestPage = 1_000
const timeoutMs = 30_000
const secondMs = 1_000

/** One page of LiteLLM's own books. */
export async function spendLogs(send: Send, query: SpendLogQuery): Promise<SpendLogPage> {
  const { from, to, keyHash, userId, page = 1, pageSize = largestPage } = query
  const answer = await send({
    method: 'GET',
    path: '/spend/logs/v2',
    query: {
      start_date: second(Math.floor(from.getTime() / secondMs)),
      end_date: second(Math.ceil(to.getTime() / secondMs)),
      sort_by: 'startTime',
      sort_order: 'asc',
      page,
      page_size: pageSize,
      ...(keyHash === undefined ? {} : { api_key: keyHash }),
      ...(userId === undefined ? {} : { user_id: userId }),
    },
    schema: spendPageSchema,
    timeoutMs,
  })
  const read = answer.data.map((row) => ({ row, ...readSpendLog(row) }))
  return {
    logs: read.flatMap((entry) => ('log' in entry ? [entry.log] : [])),
    unreadable: read.flatMap((entry) => ('reason' in entry ? [{ row: entry.row, reason: entry.reason }] : [])),
    page: answer.page,
    totalPages: answer.total_pages,
    total: answer.total,
  }
}

/** "YYYY-MM-DD HH:MM:SS" in UTC, the only form that this endpoint takes. */
const second = (seconds: number): string => new Date(seconds * secondMs).toISOString().slice(0, 19).replace('T', ' ')
