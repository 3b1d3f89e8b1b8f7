import type { SpendLog } from '#services/clients/litellm/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'

/** LiteLLM counts no further than some pages, so a fuller window is read in halves. */
const MAX_PAGES = 5
const SMALLEST_WINDOW_MS = 60_000

export interface BooksPage {
  readonly logs: readonly SpendLog[]
  /** Rows that can't be read. */
  readonly unreadable: number
}

/** A key's rows in LiteLLM's log between two instants, page by page; rows at the seams may come twice. */
export async function* readBooks(
  ctx: Pick<ServiceContext, 'litellm'>,
  keyHash: string,
  from: Date,
  to: Date,
): AsyncGenerator<BooksPage> {
  const first = await ctx.litellm.spendLogs({ keyHash, from, to })
  const width = to.getTime() - from.getTime()
  if (first.totalPages > MAX_PAGES && width > SMALLEST_WINDOW_MS) {
    const middle = new Date(from.getTime() + Math.floor(width / 2))
    yield* readBooks(ctx, keyHash, from, middle)
    yield* readBooks(ctx, keyHash, middle, to)
    return
  }
  // The filter is LiteLLM's; what is compared must not hang on it.
  const own = (logs: readonly SpendLog[]): SpendLog[] => logs.filter((log) => log.keyHash === keyHash)
  yield { logs: own(first.logs), unreadable: first.unreadable.length }
  for (let page = 2; page <= first.totalPages; page += 1) {
    const { logs, unreadable } = await ctx.litellm.spendLogs({ keyHash, from, to, page })
    yield { logs: own(logs), unreadable: unreadable.length }
  }
}
