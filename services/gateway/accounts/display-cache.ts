import { createKeptLookups } from '#services/platform/kept-lookups.ts'

/** For so long what an account has may be shown from memory. What decides is never read from here. */
const SHOWN_MS = 60_000
const MOST_ACCOUNTS = 10_000

export interface DisplayCache {
  /** What was loaded at most a minute ago; `isFresh` asks for what is true now. */
  get<T>(accountId: string, isFresh: boolean, load: () => Promise<T>): Promise<T>
  /** The account changed: what is kept of it is not shown again. */
  forget(accountId: string): void
}

export function createDisplayCache(): DisplayCache {
  const views = createKeptLookups<unknown>({ keptMs: SHOWN_MS, most: MOST_ACCOUNTS })
  return {
    get<T>(accountId: string, isFresh: boolean, load: () => Promise<T>): Promise<T> {
      if (isFresh) views.forget(accountId)
      return views.get(accountId, load) as Promise<T>
    },
    forget: views.forget,
  }
}
