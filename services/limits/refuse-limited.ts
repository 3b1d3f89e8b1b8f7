import { AppError } from '#lib/errors/app-error.ts'
import { lastsUntil } from '#lib/errors/lasts-until.ts'
import type { LimitScope } from '#lib/limits/judge-limit.ts'
import { creditAccount } from '#lib/metering/payer.ts'
import { dayName } from '#lib/period/day-name.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { createKeptLookups } from '#services/platform/kept-lookups.ts'
import { listStops, type Stop } from './checks/store.ts'

/** For so long what is stopped is not looked up again. */
const KEPT_MS = 250
const MOST_KEPT = 10_000

interface LimitedRequest {
  readonly accountId: string
  /** Whom the request is by: the key's id, and the labels that it carries. */
  readonly values: Readonly<Partial<Record<LimitScope, string | null | undefined>>>
}

/** Refuses a request of a credit account that a hard limit stops. Throws `limit_reached`. */
export type RefuseLimited = (ctx: ServiceContext, request: LimitedRequest) => Promise<void>

/** Refuses by what the last check of the limits found; what is found is kept for a moment. */
export function createLimitGate(): RefuseLimited {
  const stops = createKeptLookups<readonly Stop[]>({ keptMs: KEPT_MS, most: MOST_KEPT })
  const stopsOf = (ctx: ServiceContext, accountId: string): Promise<readonly Stop[]> =>
    stops.get(accountId, () => listStops(ctx.db, ctx.deploymentId, creditAccount(accountId), ctx.clock()))

  return async (ctx, { accountId, values }) => {
    requireSystem(ctx.actor)
    const stop = (await stopsOf(ctx, accountId)).find(({ scope, value }) => values[scope] === value)
    if (stop) throw refusal(stop, ctx.clock())
  }
}

const WHAT = { key: 'this key', end_user: 'this end user', organization: 'this organization' } as const

function refusal({ scope, until }: Stop, now: Date): AppError {
  const end = until === null ? '' : ` until ${dayName(until)} 00:00 UTC`
  return new AppError(
    'limit_reached',
    `The limit of ${WHAT[scope]} is used up${end}. It may be raised under Credits.`,
    {
      details: { limit_source: 'limit', scope, ...(until === null ? { resets_at: null } : lastsUntil(until, now)) },
    },
  )
}
