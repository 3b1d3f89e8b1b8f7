import { AppError } from '#lib/errors/app-error.ts'
import { nextPeriod, periodOf } from '#lib/period/period.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { Db } from '#services/platform/db/client.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { createGroup } from '#services/platform/group-commit.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { EndedHold, EndHold, PlacedHold, PlaceHold } from './schemas.ts'
import { type Books, type HoldAnswer, type HoldRequest, settleHolds } from './settle-holds.ts'
import { endHolds, insertHolds, insertTransfers, lockBooks, renewHolds, useGrants } from './books-store.ts'
import { findHolds } from './store.ts'

/**
 * Places and ends holds. Requests that arrive while a transaction runs share the next: a hot balance costs one lock.
 */
export interface HoldWriter {
  /** Places a hold. Under an id that has one it is the same one, if that still stands and covers what is asked. */
  place(request: PlaceHold): Promise<PlacedHold>
  /** Posts a cost or voids. Repeating it answers what the first time came to. */
  end(request: EndHold): Promise<EndedHold>
  expire(id: string): Promise<EndedHold>
}

interface Waiting {
  readonly request: HoldRequest
  readonly resolve: (answer: HoldAnswer) => void
  readonly reject: (error: unknown) => void
}

/** Requests written in one transaction, at most. */
const TOGETHER = 500

async function settleTogether(ctx: ServiceContext, requests: readonly HoldRequest[]): Promise<HoldAnswer[]> {
  let writing: Promise<unknown> = Promise.resolve()
  const answers = await withTransaction(ctx, async (tx) => {
    const accountIds = await accountsOf(tx.db, requests)
    if (accountIds.length === 0) return requests.map(() => null)
    const books = await readBooks(tx, requests, accountIds)
    const result = settleHolds(books, requests)
    // In this order on the wire, and the commit with them: what is released may be needed for what is taken. After one
    // that fails the commit is a rollback.
    writing = Promise.all([
      endHolds(tx.db, result.ended, books.now),
      insertTransfers(tx.db, result.transfers),
      useGrants(tx.db, result.grantUses),
      insertHolds(tx.db, result.placed),
      renewHolds(tx.db, result.renewed),
    ])
    // It is awaited below, where a refused commit has thrown already.
    writing.catch(() => undefined)
    return result.answers
  })
  await writing
  return answers
}

/** Whose accounts the requests are about; only what nobody told has to be looked up. */
async function accountsOf(db: Db, requests: readonly HoldRequest[]): Promise<string[]> {
  const untold = requests.flatMap(({ id, accountId }) => (accountId === undefined ? [id] : []))
  const told = requests.flatMap(({ accountId }) => (accountId === undefined ? [] : [accountId]))
  const found = untold.length > 0 ? await findHolds(db, untold) : []
  return [...new Set([...told, ...found.map(({ accountId }) => accountId)])]
}

/** The books under the accounts' locks. */
async function readBooks(tx: ServiceContext, requests: readonly HoldRequest[], accountIds: string[]): Promise<Books> {
  const period = periodOf(tx.clock())
  const rows = await lockBooks(tx.db, {
    accountIds,
    holdIds: requests.map(({ id }) => id),
    // The month may end while the locks are waited for.
    periods: [period, nextPeriod(period)],
  })
  return { ...rows, now: tx.clock() }
}

const missing = (request: HoldRequest): AppError =>
  new AppError('internal', 'The request could not be paid for. Nothing was charged: try again.', {
    internal: `no account or hold for ${request.kind} ${request.id}`,
  })

/** The next requests, up to one that is about a hold already among them. */
function takeUntilRepeated(waiting: readonly Waiting[]): number {
  const ids = new Set<string>()
  for (const { request } of waiting) {
    if (ids.size === TOGETHER || ids.has(request.id)) break
    ids.add(request.id)
  }
  return ids.size
}

/** One writer a process: it is what keeps a hot account's requests from queueing for a lock each. */
export function createHoldWriter(ctx: ServiceContext): HoldWriter {
  requireSystem(ctx.actor)
  const add = createGroup<Waiting>({
    take: takeUntilRepeated,
    async write(batch) {
      const answers = await settleTogether(
        ctx,
        batch.map(({ request }) => request),
      )
      batch.forEach(({ resolve }, index) => resolve(answers[index] ?? null))
    },
  })

  const ask = (request: HoldRequest): Promise<HoldAnswer> =>
    new Promise((resolve, reject) => {
      add({ request, resolve, reject })
    })

  async function askToEnd(request: HoldRequest): Promise<EndedHold> {
    const answer = await ask(request)
    if (answer === null || 'ok' in answer) throw missing(request)
    return answer
  }

  return {
    async place(given) {
      const request = { kind: 'place', ...given } as const
      const answer = await ask(request)
      if (answer === null || !('ok' in answer)) throw missing(request)
      return answer
    },
    end: (given) => askToEnd({ kind: 'end', ...given }),
    expire: (id) => askToEnd({ kind: 'expire', id }),
  }
}
