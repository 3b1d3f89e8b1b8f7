const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** "3 min ago" under 24 h, else "Nov 20, 14:02" in the given zone. */
export function showTime(instant: Date, now: Date, timeZone = 'UTC'): string {
  const age = now.getTime() - instant.getTime()
  if (age < MINUTE) return 'just now'
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min ago`
  if (age < DAY) return `${Math.floor(age / HOUR)} h ago`
  return showInstant(instant, timeZone)
}

/** "Nov 20, 14:02" in the given zone. */
export const showInstant = (instant: Date, timeZone = 'UTC'): string =>
  instant.toLocaleString('en-US', {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  })

/** A length of time in words, never shorter than it is: "45 seconds", "1 minute", "24 hours", "3 days". */
export function showDuration(seconds: number): string {
  const ms = seconds * 1000
  const [unit, size]: [string, number] =
    ms >= 2 * DAY ? ['day', DAY] : ms >= HOUR ? ['hour', HOUR] : ms >= MINUTE ? ['minute', MINUTE] : ['second', 1000]
  const count = Math.ceil(ms / size)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
