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
  const kept = new Map<string, { view: Promise<unknown>; until: number }>()
  return {
    async get<T>(accountId: string, isFresh: boolean, load: () => Promise<T>): Promise<T> {
      const now = performance.now()
      const known = kept.get(accountId)
      if (known && !isFresh && known.until > now) return known.view as Promise<T>
      if (kept.size >= MOST_ACCOUNTS) kept.clear()
      const view = load()
      kept.set(accountId, { view, until: now + SHOWN_MS })
      view.catch(() => kept.delete(accountId))
      return view
    },
    forget: (accountId) => void kept.delete(accountId),
  }
}
