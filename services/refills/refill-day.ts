const DAY_MS = 86_400_000

/** The start of the day after. */
export const dayAfter = (day: string): Date => new Date(new Date(day).getTime() + DAY_MS)
