const DAY_MS = 86_400_000

/** A UTC day as the number of days since 1 January 1970. */
export type Day = number

export const dayOf = (instant: Date): Day => Math.floor(instant.getTime() / DAY_MS)
export const dayStart = (day: Day): Date => new Date(day * DAY_MS)

/** The first day of a day's month, and that of the next month. */
export function monthOf(day: Day): { first: Day; end: Day } {
  const date = dayStart(day)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return { first: dayOf(new Date(Date.UTC(year, month, 1))), end: dayOf(new Date(Date.UTC(year, month + 1, 1))) }
}
