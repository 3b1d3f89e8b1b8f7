import type { ServiceContext } from '#services/platform/context.ts'
import { findKnownCalls } from './store.ts'

/** What the roads have told of a call. */
export interface MeteredCall {
  readonly status: 'success' | 'failure'
  readonly billableTokens: bigint
}

/** Calls that were metered, by the identity that the gateway gave them. One that failed has another, of its own. */
export async function findMetered(ctx: ServiceContext, ids: readonly string[]): Promise<Map<string, MeteredCall>> {
  const known = await findKnownCalls(ctx.db, [...ids, ...ids.map((id) => `${id}:failure`)])
  return new Map(
    ids.flatMap((id): [string, MeteredCall][] => {
      const call = known.get(id)
      if (call) return [[id, { status: 'success', billableTokens: call.billableTokens }]]
      return known.has(`${id}:failure`) ? [[id, { status: 'failure', billableTokens: 0n }]] : []
    }),
  )
}
