import { setTimeout as sleep } from 'node:timers/promises'
import { deliver } from './oracle-process.ts'

type Batch = readonly unknown[]

export interface StormSenders {
  /** Brings a batch so many times, each at a random place among all that wait. */
  add(batch: Batch, times: number): void
  /** Deliveries that were answered with 200. */
  readonly acknowledged: () => number
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>
  /** Longest time in which nothing was acknowledged although something waited, in milliseconds. */
  readonly longestPause: () => number
  stop(): Promise<void>
}

const RETRY_MS = 20

/** Clients that deliver to whatever oracle there is, each batch until it is acknowledged, as the plug-in does. */
export function startStormSenders(
  urlOf: () => string | null,
  { clients, roll }: { clients: number; roll: (sides: number) => number },
): StormSenders {
  const queue: Batch[] = []
  const state = { underWay: 0, acknowledged: 0, isOver: false, lastAt: performance.now(), longestPause: 0 }
  const put = (batch: Batch): void => void queue.splice(roll(queue.length + 1), 0, batch)

  function acknowledge(): void {
    const now = performance.now()
    state.acknowledged += 1
    state.longestPause = Math.max(state.longestPause, now - state.lastAt)
    state.lastAt = now
  }

  async function send(batch: Batch): Promise<void> {
    const url = urlOf()
    state.underWay += 1
    try {
      if (url === null) throw new Error('There is no oracle.')
      await deliver(url, batch)
      acknowledge()
    } catch {
      put(batch)
      await sleep(RETRY_MS)
    } finally {
      state.underWay -= 1
    }
  }

  async function client(): Promise<void> {
    while (!state.isOver) {
      const batch = queue.pop()
      if (batch) await send(batch)
      else await sleep(RETRY_MS)
    }
  }

  const running = Promise.all(Array.from({ length: clients }, client))
  return {
    add(batch, times) {
      if (queue.length === 0 && state.underWay === 0) state.lastAt = performance.now()
      for (let i = 0; i < times; i += 1) put(batch)
    },
    acknowledged: () => state.acknowledged,
    async idle() {
      while (queue.length > 0 || state.underWay > 0) await sleep(RETRY_MS)
    },
    longestPause: () => state.longestPause,
    async stop() {
      state.isOver = true
      await running
    },
  }
}
