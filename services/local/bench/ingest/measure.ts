/** What a load took: so many clients, each with one batch under way. */
export interface Measured {
  readonly road: 'writer' | 'receiver'
  readonly clients: number
  readonly batch: number
  readonly eventsPerSecond: number
  /** Of a batch, from sending it to its answer. */
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface Load {
  readonly clients: number
  readonly batch: number
  readonly events: number
}

/** Few events where each takes a commit of its own. */
export const LOADS: readonly Load[] = [
  { clients: 1, batch: 100, events: 20_000 },
  { clients: 8, batch: 100, events: 40_000 },
  { clients: 64, batch: 100, events: 60_000 },
  { clients: 1, batch: 1, events: 1_000 },
  { clients: 8, batch: 1, events: 4_000 },
  { clients: 64, batch: 1, events: 12_000 },
]

/** Lets clients take batches until none is left. */
export async function runClients<T extends readonly unknown[]>(
  batches: readonly T[],
  clients: number,
  send: (batch: T) => Promise<void>,
): Promise<Pick<Measured, 'eventsPerSecond' | 'p50Ms' | 'p99Ms'>> {
  const queue = [...batches]
  const latencies: number[] = []
  const began = performance.now()
  const client = async (): Promise<void> => {
    for (let batch = queue.pop(); batch; batch = queue.pop()) {
      const sent = performance.now()
      await send(batch)
      latencies.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const seconds = (performance.now() - began) / 1_000
  const events = batches.reduce((sum, { length }) => sum + length, 0)
  latencies.sort((a, b) => a - b)
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
  return { eventsPerSecond: events / seconds, p50Ms: at(0.5), p99Ms: at(0.99) }
}
