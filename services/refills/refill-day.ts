const DAY_MS = 86_400_000

/** The UTC day of an instant, "2026-11-30". */
export const dayOf = (instant: Date): string => instant.toISOString().slice(0, 10)

/** The start of the day after. */
export const dayAfter = (day: string): Date => new Date(new Date(day).getTime() + DAY_MS)
