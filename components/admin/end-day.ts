import { dayName } from '#lib/period/day-name.ts'

const DAY_MS = 86_400_000

/** The first day, in UTC, on which what is given now can end. */
export const firstEndDay = (now: Date): string => dayName(new Date(now.getTime() + DAY_MS))

/** What is wrong with the day on which something ends; empty: it never does. */
export const endFault = (day: string, now: Date): string | undefined =>
  day === '' || day >= firstEndDay(now) ? undefined : 'Choose a day to come: it ends as that day begins, in UTC.'
