import { periodOf } from '#lib/period/period.ts'
import type { ServiceContext } from '#services/platform/context.ts'
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

export function createDisplayCache({ clock }: Pick<ServiceContext, 'clock'>): DisplayCache {
  const views = createKeptLookups<unknown>({ keptMs: SHOWN_MS, most: MOST_ACCOUNTS })
  // A month that has ended is not shown for the one that has begun.
  const nameOf = (accountId: string): string => `${accountId}/${periodOf(clock())}`
  return {
    get<T>(accountId: string, isFresh: boolean, load: () => Promise<T>): Promise<T> {
      const name = nameOf(accountId)
      if (isFresh) views.forget(name)
      return views.get(name, load) as Promise<T>
    },
    forget: (accountId) => views.forget(nameOf(accountId)),
  }
}
