import type { Tone } from '#components/ui/status.tsx'
import type { Alert } from '#hooks/use-alerts.ts'

/** How grave an alert is, as a tone and a word; one that is over says so. */
export function alertStatus({ severity, resolvedAt }: Alert): { tone: Tone; word: string } {
  if (resolvedAt !== null) return { tone: 'ok', word: 'Over' }
  if (severity === 'critical') return { tone: 'bad', word: 'Critical' }
  return severity === 'warning' ? { tone: 'warn', word: 'Warning' } : { tone: 'neutral', word: 'Notice' }
}
