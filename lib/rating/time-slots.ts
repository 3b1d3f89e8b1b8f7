import { bucketBegin, bucketsOf, type Every } from '../period/buckets.ts'
import { dayName } from '../period/day-name.ts'
import { type Period, periodOf } from '../period/period.ts'

/**
 * A span of time that lies in one bucket and one billing period, under one price. It ends where the next one begins.
 */
export interface TimeSlot {
  readonly start: Date
  /** First UTC day of the bucket. */
  readonly bucket: string
  readonly period: Period
  /** Switches of price up to it. */
  readonly segment: number
}

interface Span {
  readonly from: Date
  readonly to: Date
  readonly every: Every | 'all'
}

const begins = (from: Date, to: Date, every: Every): Date[] =>
  bucketsOf(from, to, every).map(({ name }) => new Date(`${name}T00:00:00Z`))

/** Cuts a span wherever what usage is added up by changes, in order. */
export function timeSlots({ from, to, every }: Span, switches: readonly Date[]): TimeSlot[] {
  const cuts = [...begins(from, to, 'month'), ...(every === 'all' ? [] : begins(from, to, every)), ...switches]
  const inside = cuts.map((cut) => cut.getTime()).filter((at) => at > from.getTime() && at < to.getTime())
  const starts = [...new Set([from.getTime(), ...inside])].sort((a, b) => a - b)
  return starts.map((at) => {
    const start = new Date(at)
    const begin = every === 'all' ? from : bucketBegin(start, every)
    return {
      start,
      bucket: dayName(begin),
      period: periodOf(start),
      segment: switches.filter((each) => each <= start).length,
    }
  })
}
