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
  stop(): Promise<void>
}

const RETRY_MS = 20

/** Clients that deliver to whatever oracle there is, each batch until it is acknowledged, as the plug-in does. */
export function startStormSenders(
  urlOf: () => string | null,
  { clients, roll }: { clients: number; roll: (sides: number) => number },
): StormSenders {
  const queue: Batch[] = []
  const state = { underWay: 0, acknowledged: 0, isOver: false }
  const put = (batch: Batch): void => void queue.splice(roll(queue.length + 1), 0, batch)

  async function send(batch: Batch): Promise<void> {
    const url = urlOf()
    state.underWay += 1
    try {
      if (url === null) throw new Error('There is no oracle.')
      await deliver(url, batch)
      state.acknowledged += 1
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
      for (let i = 0; i < times; i += 1) put(batch)
    },
    acknowledged: () => state.acknowledged,
    async idle() {
      while (queue.length > 0 || state.underWay > 0) await sleep(RETRY_MS)
    },
    async stop() {
      state.isOver = true
      await running
    },
  }
}
