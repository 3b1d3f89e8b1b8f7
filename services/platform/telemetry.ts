import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What this process counts while it lives. What must outlive it is read from the database instead. */
export const telemetry = new Registry()

const registers = [telemetry]

const usageItems = new Counter({
  name: 'flareflow_usage_items_total',
  help: 'Calls that reached the collector since this process started, by road and by what became of them.',
  labelNames: ['road', 'outcome', 'reason'] as const,
  registers,
})

const ingestSeconds = new Histogram({
  name: 'flareflow_ingest_seconds',
  help: 'Time from a delivery to its answer.',
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  registers,
})

const queuedEvents = new Gauge({
  name: 'flareflow_ingest_queue_events',
  help: 'Events of deliveries that are not answered yet.',
  registers,
})

const hints = new Counter({
  name: 'flareflow_hints_total',
  help: 'Hints that were taken, by whether their usage could be looked up.',
  labelNames: ['outcome'] as const,
  registers,
})

interface CountedItems {
  readonly stored: number
  readonly duplicates: number
  /** The reason of each; a fixed set of words. */
  readonly rejected: readonly { readonly reason: string }[]
}

export function countItems(road: string, { stored, duplicates, rejected }: CountedItems): void {
  if (stored > 0) usageItems.inc({ road, outcome: 'stored', reason: '' }, stored)
  if (duplicates > 0) usageItems.inc({ road, outcome: 'duplicate', reason: '' }, duplicates)
  for (const { reason } of rejected) usageItems.inc({ road, outcome: 'rejected', reason })
}

export const countHint = (outcome: 'poll' | 'dead_letter'): void => hints.inc({ outcome })

export const observeIngest = (seconds: number): void => ingestSeconds.observe(seconds)

/** Events that wait to be stored, now. */
export const setQueuedEvents = (count: number): void => queuedEvents.set(count)
