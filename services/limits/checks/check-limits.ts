import { judgeLimit } from '#lib/limits/judge-limit.ts'
import { windowAt, windowBefore } from '#lib/limits/limit-window.ts'
import { creditsOf } from '#lib/metering/payer.ts'
import type { Schedule } from '#lib/pricing/schedule.ts'
import { periodOf, previousPeriod } from '#lib/period/period.ts'
import { audienceOf, raiseAlerts } from '#services/alerts/index.ts'
import { addKeyBlock, liftKeyBlock } from '#services/api-keys/index.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { getSchedule } from '#services/pricing/index.ts'
import { measureAll } from '../limit-view.ts'
import { listKeysOf, type LimitedKey, type LimitRow, lockAccount } from '../store.ts'
import type { LimitInWindow } from '../usage/measure-limits.ts'
import { limitAlerts } from './limit-alerts.ts'
import { type FenceTerms, restrictKeys } from './restrict-keys.ts'
import {
  carryOver,
  listBlockedKeys,
  listDueAccounts,
  listKeysWithLabels,
  listToCheck,
  readProgress,
  saveChecks,
  saveProgress,
} from './store.ts'
import { dearestToken } from './token-cost.ts'

/** Accounts of one round, at most. */
const AT_ONCE = 100

/**
 * Checks the limits of every account that was used, or whose limits changed, since the last check: tells thresholds,
 * blocks and lifts. All in turn: neither an account that fails nor those that are used all the time delay another.
 * Returns the round; it is true when there is more to do at once.
 */
export function createLimitChecker(atOnce = AT_ONCE): (ctx: ServiceContext) => Promise<boolean> {
  let last: string | null | undefined
  return async (ctx) => {
    requireSystem(ctx.actor)
    const accounts = await listDueAccounts(ctx.db, ctx.deploymentId, { now: ctx.clock(), most: atOnce, after: last })
    last = accounts.at(-1)
    const failed = await checkEach(ctx, accounts)
    return accounts.length === atOnce && failed === 0
  }
}

/** How many failed. */
async function checkEach(ctx: ServiceContext, accounts: readonly (string | null)[]): Promise<number> {
  let failed = 0
  for (const account of accounts) {
    try {
      await checkAccount(ctx, account)
    } catch (err) {
      failed += 1
      ctx.log.error({ err, account }, 'the limits of an account could not be checked')
    }
  }
  return failed
}

/** What was found of a limit; the check is of the revision that was judged. */
interface Finding extends LimitInWindow {
  readonly used: bigint
  readonly blocked: boolean
}

async function checkAccount(ctx: ServiceContext, account: string | null): Promise<void> {
  const now = ctx.clock()
  const terms = { schedule: await readSchedules(ctx, now), tokenCost: await dearestToken(ctx) }
  await withTransaction(ctx, async (tx) => {
    await lockAccount(tx.db, tx.deploymentId, account)
    // Counted before the usage is read: what is stored in between is checked again, and never missed.
    const progress = await readProgress(tx.db, tx.deploymentId, account)
    const isComplete = await checkInTransaction(tx, account, now, terms)
    if (isComplete) await saveProgress(tx.db, tx.deploymentId, progress)
  })
}

/**
 * The schedule of the open period. It and the one before are kept by the client, so that inside the transaction only
 * one of long ago may have to be asked for. Null while the chain doesn't answer.
 */
async function readSchedules(ctx: ServiceContext, now: Date): Promise<Schedule | null> {
  try {
    await getSchedule(ctx, previousPeriod(periodOf(now)))
    return await getSchedule(ctx, periodOf(now))
  } catch (err) {
    ctx.log.warn({ err }, 'limits of money wait: the schedule is not known')
    return null
  }
}

/** False when limits of money had to be left out: the account is to be checked again. */
async function checkInTransaction(
  tx: ServiceContext,
  account: string | null,
  now: Date,
  terms: FenceTerms,
): Promise<boolean> {
  await carryOver(tx.db, tx.deploymentId, account, now)
  const all = await listToCheck(tx.db, tx.deploymentId, account)
  const isCredits = account !== null && creditsOf(account) !== null
  const limits = terms.schedule || isCredits ? all : all.filter(({ metric }) => metric !== 'usd')
  const current = await findNow(tx, limits, now)
  const past = await usageBefore(tx, limits, now)
  const to = await audienceOf(tx, account)
  const told = [...past, ...current].flatMap(({ limit, window, used }) =>
    limit.removedAt ? [] : limitAlerts(limit, { window, used, now, to }),
  )
  await raiseAlerts(tx, told)
  await saveChecks(
    tx.db,
    current.map(({ limit, window, blocked }) => ({
      limitId: limit.id,
      revision: limit.revision,
      blocked,
      dueAt: blocked ? window.to : null,
      checkedAt: now,
    })),
  )
  // The gateway itself refuses what limits of credits stop.
  if (!isCredits) await blockKeys(tx, current)
  await restrictKeys(tx, await keysOf(tx, account, limits), terms)
  return limits.length === all.length
}

async function findNow(tx: ServiceContext, limits: readonly LimitRow[], now: Date): Promise<Finding[]> {
  const places = limits.map((limit) => ({ limit, window: windowAt(limit.per, now) }))
  const used = await measureAll(tx, places)
  return places.map((place, i) => {
    const amount = used[i] ?? 0n
    const blocked = place.limit.removedAt === null && judgeLimit(place.limit, amount).blocked
    return { ...place, used: amount, blocked }
  })
}

/** Usage that came late may still reach a threshold of the window before, if the limit stood then as it is now. */
async function usageBefore(
  tx: ServiceContext,
  limits: readonly LimitRow[],
  now: Date,
): Promise<(LimitInWindow & { used: bigint })[]> {
  const places = limits.flatMap((limit) => {
    const window = windowBefore(limit.per, windowAt(limit.per, now))
    return window?.to && window.to > limit.updatedAt && !limit.removedAt ? [{ limit, window }] : []
  })
  const used = await measureAll(tx, places)
  return places.map((place, i) => ({ ...place, used: used[i] ?? 0n }))
}

async function blockKeys(tx: ServiceContext, findings: readonly Finding[]): Promise<void> {
  const onKeys = findings.filter(({ limit }) => limit.scope === 'key')
  const standing = await listBlockedKeys(
    tx.db,
    onKeys.map(({ limit }) => limit.id),
  )
  const blockOf = (limitId: string, keyId: string): string => `${limitId} ${keyId}`
  const isStanding = new Set(standing.map(({ limitId, keyId }) => blockOf(limitId, keyId)))
  for (const { limit, blocked } of onKeys) {
    if (blocked === isStanding.has(blockOf(limit.id, limit.value))) continue
    const block = { keyId: limit.value, reason: 'limit' as const, detail: limit.id }
    await (blocked ? addKeyBlock(tx, block) : liftKeyBlock(tx, block))
  }
}

/** The keys that may have to refuse something because of these limits. */
async function keysOf(tx: ServiceContext, account: string | null, limits: readonly LimitRow[]): Promise<LimitedKey[]> {
  if (account !== null) return listKeysOf(tx.db, tx.deploymentId, account)
  const labels = limits.filter(({ scope }) => scope !== 'key')
  return listKeysWithLabels(tx.db, tx.deploymentId, labels)
}
