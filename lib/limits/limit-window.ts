import { dayName } from '../period/day-name.ts'

/** How long a limit's amount lasts: a UTC day, a UTC month, or for ever. */
export const limitPeriods = ['day', 'month', 'all'] as const
export type LimitPeriod = (typeof limitPeriods)[number]

/** One window of a limit. It follows from the time alone: nothing is ever reset. */
export interface LimitWindow {
  /** `2026-11-20`, `2026-11` or `all`. */
  readonly key: string
  /** Its first instant; null: since the beginning. */
  readonly from: Date | null
  /** The first instant after it; null: it never ends. */
  readonly to: Date | null
}

const DAY_MS = 86_400_000
const ALL: LimitWindow = { key: 'all', from: null, to: null }

function dayOf(instant: Date): LimitWindow {
  const from = new Date(Math.floor(instant.getTime() / DAY_MS) * DAY_MS)
  return { key: dayName(from), from, to: new Date(from.getTime() + DAY_MS) }
}

function monthOf(instant: Date): LimitWindow {
  const [year, month] = [instant.getUTCFullYear(), instant.getUTCMonth()]
  const from = new Date(Date.UTC(year, month, 1))
  return { key: from.toISOString().slice(0, 7), from, to: new Date(Date.UTC(year, month + 1, 1)) }
}

/** The window of a limit that an instant lies in. */
export const windowAt = (per: LimitPeriod, instant: Date): LimitWindow =>
  per === 'all' ? ALL : per === 'day' ? dayOf(instant) : monthOf(instant)

/** The window before, to which usage may still be added late; null when there is none. */
export const windowBefore = (per: LimitPeriod, { from }: LimitWindow): LimitWindow | null =>
  from === null ? null : windowAt(per, new Date(from.getTime() - 1))
