import { dayName } from '#lib/period/day-name.ts'
import { readUpTo } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { Span } from './store.ts'

const DAY_MS = 86_400_000

export interface DaySpan extends Span {
  /** The day is over and LiteLLM has written all of it down. */
  readonly isWhole: boolean
}

/** First instant of a UTC day, YYYY-MM-DD. */
export const startOfDay = (day: string): Date => new Date(`${day}T00:00:00.000Z`)
export const addDays = (day: string, days: number): string =>
  dayName(new Date(startOfDay(day).getTime() + days * DAY_MS))

/** Every day from the first to the last, both included. */
export function daysFrom(first: string, last: string): string[] {
  const days: string[] = []
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day)
  return days
}

/** Whether a day has ended and LiteLLM has written all of it down. */
export const isOver = ({ clock, env }: ServiceContext, day: string): boolean =>
  startOfDay(addDays(day, 1)).getTime() <= clock().getTime() - env.oracle.pollLagMs

/**
 * What of a key's day can be compared: all of it once it is over and its rows are written, before that up to where the
 * books were read for good.
 */
export async function daySpan(
  ctx: ServiceContext,
  { keyHash, vaultId }: { keyHash: string; vaultId: bigint },
  day: string,
): Promise<DaySpan> {
  const from = startOfDay(day)
  const end = new Date(from.getTime() + DAY_MS)
  const isWhole = isOver(ctx, day)
  const readTo = isWhole ? end : ((await readUpTo(ctx, keyHash)) ?? from)
  const to = new Date(Math.min(end.getTime(), Math.max(from.getTime(), readTo.getTime())))
  return { deploymentId: ctx.deploymentId, keyHash, vaultId, from, to, isWhole }
}
