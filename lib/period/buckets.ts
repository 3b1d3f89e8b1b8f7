import { dayName } from './day-name.ts'

const DAY_MS = 86_400_000

export type Every = 'day' | 'week' | 'month'

const plusDays = (instant: Date, days: number): Date => new Date(instant.getTime() + days * DAY_MS)

/** The begin of the UTC day, week (from Monday) or month that an instant is in. */
export function bucketBegin(instant: Date, every: Every): Date {
  const day = new Date(Math.floor(instant.getTime() / DAY_MS) * DAY_MS)
  if (every === 'week') return plusDays(day, -((day.getUTCDay() + 6) % 7))
  if (every === 'month') return plusDays(day, 1 - day.getUTCDate())
  return day
}

function nextAfter(begin: Date, every: Every): Date {
  if (every === 'month') return new Date(Date.UTC(begin.getUTCFullYear(), begin.getUTCMonth() + 1, 1))
  return plusDays(begin, every === 'week' ? 7 : 1)
}

export interface Bucket {
  /** Its first UTC day, "2026-11-20", also where the span begins later. */
  readonly name: string
  /** It lies in the span from its begin to its end. */
  readonly isWhole: boolean
}

/** The days, weeks or months that a span touches, in order; those without usage are there too. */
export function bucketsOf(from: Date, to: Date, every: Every): Bucket[] {
  const buckets: Bucket[] = []
  for (let begin = bucketBegin(from, every); begin < to; begin = nextAfter(begin, every)) {
    const isWhole = begin >= from && nextAfter(begin, every) <= to
    buckets.push({ name: dayName(begin), isWhole })
  }
  return buckets
}
