import { gatewayFence } from '#lib/limits/gateway-fence.ts'
import type { Schedule } from '#lib/pricing/schedule.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { addToOutbox } from '#services/platform/outbox/add.ts'
import type { LimitedKey, LimitRow } from '../store.ts'
import { findKeyLimits, type KeyLimitsRow, listKeyFences, listRefused, saveKeyLimits } from './store.ts'

/** Outbox kind of what LiteLLM is to be told of a key's limits. */
export const KEY_LIMITS_KIND = 'limits.key'

/** What the fences in LiteLLM are computed from; null while it isn't known. */
export interface FenceTerms {
  readonly tokenCost: bigint | null
  readonly schedule: Schedule | null
}

type Wanted = Pick<KeyLimitsRow, 'refused' | 'budgets'>

/**
 * Writes down what LiteLLM has to refuse with these keys, and has it told where that changed. A key that is seen for
 * the first time gets a row even when there is nothing to tell.
 */
export async function restrictKeys(tx: ServiceContext, keys: readonly LimitedKey[], terms: FenceTerms): Promise<void> {
  const made = keys.filter(({ keyHash, isLive }) => isLive && keyHash !== null)
  const ids = made.map(({ id }) => id)
  const known = new Map((await findKeyLimits(tx.db, ids)).map((row) => [row.keyId, row]))
  const fences = await listKeyFences(tx.db, tx.deploymentId, ids)
  const refused = new Map<string, string[]>()
  for (const account of new Set(made.map((key) => key.account))) {
    refused.set(account, await listRefused(tx.db, tx.deploymentId, account))
  }
  for (const key of made) {
    const before = known.get(key.id)
    const own = fences.filter(({ value }) => value === key.id)
    const budgets = budgetsOf(own, terms) ?? before?.budgets ?? {}
    await want(tx, key.id, before, { refused: refused.get(key.account) ?? [], budgets })
  }
}

async function want(
  tx: ServiceContext,
  keyId: string,
  before: KeyLimitsRow | undefined,
  wanted: Wanted,
): Promise<void> {
  const isSame =
    JSON.stringify([wanted.refused, wanted.budgets.day, wanted.budgets.month]) ===
    JSON.stringify([before?.refused ?? [], before?.budgets.day, before?.budgets.month])
  if (before && isSame) return
  const revision = (before?.revision ?? 0) + (isSame ? 0 : 1)
  await saveKeyLimits(tx.db, { ...wanted, keyId, revision, updatedAt: tx.clock() })
  if (isSame) return
  await tellKeyLimits(tx, keyId, revision)
}

/** Has LiteLLM told what the row says in this revision. */
export const tellKeyLimits = (tx: ServiceContext, keyId: string, revision: number): Promise<void> =>
  addToOutbox(tx, [{ kind: KEY_LIMITS_KIND, dedupe: `limits:${keyId}:${revision}`, payload: { keyId } }])

const PLACES = 12

/** 1e-12 dollars as decimal text. */
const asDollars = (cost: bigint): string => {
  const digits = cost.toString().padStart(PLACES + 1, '0')
  return `${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`
}

/** The lowest fence of each window; null while the terms aren't known. A limit for ever has no window in LiteLLM. */
function budgetsOf(limits: readonly LimitRow[], { tokenCost, schedule }: FenceTerms): Wanted['budgets'] | null {
  const budgets: Wanted['budgets'] = {}
  if (limits.length === 0) return budgets
  if (tokenCost === null || schedule === null) return null
  for (const per of ['day', 'month'] as const) {
    const fences = limits.flatMap((limit) =>
      limit.per === per ? (gatewayFence(limit, tokenCost, schedule) ?? []) : [],
    )
    const [first] = fences.toSorted((a, b) => (a < b ? -1 : 1))
    if (first !== undefined) budgets[per] = asDollars(first)
  }
  return budgets
}
