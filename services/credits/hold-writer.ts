import { AppError } from '#lib/errors/app-error.ts'
import { periodOf } from '#lib/period/period.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { EndedHold, EndHold, PlacedHold, PlaceHold } from './schemas.ts'
import { type HoldAnswer, type HoldRequest, settleHolds } from './settle-holds.ts'
import {
  endHolds,
  findHolds,
  insertHolds,
  insertTransfers,
  listMonths,
  listOpenGrants,
  lockAccounts,
  useGrants,
} from './store.ts'

/**
 * Places and ends holds. Requests that arrive while a transaction runs share the next: a hot balance costs one lock.
 */
export interface HoldWriter {
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
  return withTransaction(ctx, async (tx) => {
    const ids = requests.map(({ id }) => id)
    const before = await findHolds(tx.db, ids)
    const named = requests.flatMap((request) => (request.kind === 'place' ? [request.accountId] : []))
    const accountIds = [...new Set([...named, ...before.map(({ accountId }) => accountId)])]
    if (accountIds.length === 0) return requests.map(() => null)
    const accounts = await lockAccounts(tx.db, accountIds)
    const now = tx.clock()
    // Read again under the locks: another process may have ended a hold meanwhile.
    const holds = await findHolds(tx.db, ids)
    const periods = new Set([periodOf(now), ...holds.map(({ period }) => period)])
    const months = await listMonths(tx.db, accountIds, [...periods])
    const grants = requests.some(({ kind }) => kind === 'end') ? await listOpenGrants(tx.db, accountIds) : []
    const result = settleHolds({ now, accounts, months, holds, grants }, requests)
    await endHolds(tx.db, result.ended, now)
    await insertTransfers(tx.db, result.transfers)
    await useGrants(tx.db, result.grantUses)
    await insertHolds(tx.db, result.placed)
    return result.answers
  })
}

const missing = (request: HoldRequest): AppError =>
  new AppError('internal', 'The request could not be paid for. Nothing was charged: try again.', {
    internal: `no account or hold for ${request.kind} ${request.id}`,
  })

/** One writer a process: it is what keeps a hot account's requests from queueing for a lock each. */
export function createHoldWriter(ctx: ServiceContext): HoldWriter {
  requireSystem(ctx.actor)
  const waiting: Waiting[] = []
  let isWriting = false

  /** The next requests, up to one that is about a hold already among them. */
  function take(): Waiting[] {
    const ids = new Set<string>()
    let count = 0
    for (const { request } of waiting) {
      if (count === TOGETHER || ids.has(request.id)) break
      ids.add(request.id)
      count += 1
    }
    return waiting.splice(0, count)
  }

  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const answers = await settleTogether(
        ctx,
        batch.map(({ request }) => request),
      )
      batch.forEach(({ resolve }, index) => resolve(answers[index] ?? null))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  async function write(): Promise<void> {
    if (isWriting) return
    isWriting = true
    for (let batch = take(); batch.length > 0; batch = take()) await writeBatch(batch)
    isWriting = false
  }

  const ask = (request: HoldRequest): Promise<HoldAnswer> =>
    new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject })
      void write()
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
