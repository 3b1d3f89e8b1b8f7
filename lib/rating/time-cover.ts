import { dayName } from '../period/day-name.ts'

const DAY_MS = 86_400_000

interface Span {
  readonly from: Date
  readonly to: Date
}

/** A span of time as whole UTC days and, where a day doesn't lie in it as a whole, hours. No hour is in both. */
export interface TimeCover {
  /** Days from the first to the one before `to` ("2026-11-20"), but those in `except`. */
  readonly days: { readonly from: string; readonly to: string; readonly except: readonly string[] } | null
  readonly hours: readonly Span[]
}

const nameOf = (day: number): string => dayName(new Date(day * DAY_MS))
const spanOfDays = (from: number, to: number): Span => ({ from: new Date(from * DAY_MS), to: new Date(to * DAY_MS) })
const isMidnight = (instant: Date): boolean => instant.getTime() % DAY_MS === 0
const dayOf = (instant: Date): number => Math.floor(instant.getTime() / DAY_MS)

/**
 * How to read a span of whole hours from sums by day as far as possible: a day inside which something switches is read
 * by its hours.
 */
export function coverTime(from: Date, to: Date, switches: readonly Date[]): TimeCover {
  const first = isMidnight(from) ? dayOf(from) : dayOf(from) + 1
  const end = dayOf(to)
  if (first >= end) return { days: null, hours: from < to ? [{ from, to }] : [] }
  const inside = switches.filter((instant) => !isMidnight(instant)).map(dayOf)
  const broken = [...new Set(inside)].filter((day) => day >= first && day < end).sort((a, b) => a - b)
  const edges = [
    { from, to: spanOfDays(first, end).from },
    { from: spanOfDays(first, end).to, to },
  ]
  return {
    days: { from: nameOf(first), to: nameOf(end), except: broken.map(nameOf) },
    hours: [...edges.filter((edge) => edge.from < edge.to), ...broken.map((day) => spanOfDays(day, day + 1))],
  }
}
