import type { Db } from '#services/platform/db/client.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { createGroup } from '#services/platform/group-commit.ts'
import type { RateCounter, RateRequest, RateTimes, Verdict } from './schemas.ts'
import { countRequests, type Ended, renewFlights } from './store.ts'

type Waiting = { readonly reject: (error: unknown) => void } & (
  | { readonly asked: RateRequest; readonly resolve: (verdict: Verdict) => void }
  | { readonly ended: Ended; readonly resolve: () => void }
)

/** Requests counted in one step, at most. */
const TOGETHER = 500

const isSame = (a: RateRequest['limits'], b: RateRequest['limits']): boolean =>
  a.requestsPerMinute === b.requestsPerMinute &&
  a.tokensPerMinute === b.tokensPerMinute &&
  a.parallelRequests === b.parallelRequests

/** The first that wait, as far as they are under the same limits: those of a tier may have changed meanwhile. */
function takeUnderOneLimit(waiting: readonly Waiting[]): number {
  const first = waiting.find((each) => 'asked' in each)
  const other = waiting.findIndex((each) => first && 'asked' in each && !isSame(each.asked.limits, first.asked.limits))
  return Math.min(other === -1 ? waiting.length : other, TOGETHER)
}

interface Desk {
  admit(asked: RateRequest): Promise<Verdict>
  end(ended: Ended): Promise<void>
}

/**
 * Counts in Postgres, by its clock: all processes on one database share it. What a process has to say of a subject
 * travels together, one step after another: a busy subject costs one lock, not one a request.
 */
export function postgresCounter(db: Db, times: RateTimes): RateCounter {
  const process = randomHex(8)
  const desks = new Map<string, Desk>()

  function openDesk(subject: string): Desk {
    let live = 0n
    let waiting = 0
    const add = createGroup<Waiting>({
      take: takeUnderOneLimit,
      async write(batch) {
        const ended = batch.flatMap((each) => ('ended' in each ? [each.ended] : []))
        const asked = batch.flatMap((each) => ('asked' in each ? [each.asked] : []))
        const verdicts = await countRequests(db, { subject, process, live, ended, asked }, times)
        live += BigInt(verdicts.filter(({ refusedBy }) => refusedBy === null).length)
        const answers = verdicts.values()
        for (const each of batch) {
          if ('ended' in each) each.resolve()
          else each.resolve(answers.next().value ?? unanswered())
        }
      },
    })
    async function wait<T>(work: Promise<T>): Promise<T> {
      waiting += 1
      try {
        return await work
      } finally {
        waiting -= 1
        if (waiting === 0 && live === 0n) desks.delete(subject)
      }
    }
    const desk: Desk = {
      admit: (asked) => wait(new Promise((resolve, reject) => add({ asked, resolve, reject }))),
      end(ended) {
        live -= 1n
        return wait(new Promise((resolve, reject) => add({ ended, resolve, reject })))
      },
    }
    desks.set(subject, desk)
    return desk
  }

  const deskOf = (subject: string): Desk => desks.get(subject) ?? openDesk(subject)
  return {
    admit: (asked) => deskOf(asked.subject).admit(asked),
    end: (flight, usedTokens) => deskOf(flight.subject).end({ flight, usedTokens }),
    renew: (flights) => {
      const subjects = [...new Set(flights.map(({ subject }) => subject))]
      return renewFlights(db, process, { subjects, leaseMs: times.leaseMs })
    },
  }
}

function unanswered(): never {
  throw new Error('Each request that asks is answered.')
}
