/** The UTC day of an instant, "2026-11-30". */
export const dayName = (instant: Date): string => instant.toISOString().slice(0, 10)
