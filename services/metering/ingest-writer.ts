import type { ServiceContext } from '#services/platform/context.ts'
import { storeItems, summarise } from './ingest-events.ts'
import type { IngestInput, IngestItem, IngestResult } from './schemas.ts'

interface Waiting {
  readonly input: IngestInput
  readonly resolve: (result: IngestResult) => void
  readonly reject: (error: unknown) => void
}

/** Items written in one go, at most, unless a single delivery has more. */
const TOGETHER = 500

/**
 * Writes deliveries one after another; those that arrive meanwhile are written together, so that a burst takes few
 * transactions and no connection waits for another's lock. Each delivery is answered after its own items are durable.
 */
export function createIngestWriter(ctx: ServiceContext): (input: IngestInput) => Promise<IngestResult> {
  const waiting: Waiting[] = []
  let isWriting = false

  function take(): Waiting[] {
    const road = waiting[0]?.input.road
    let size = 0
    let count = 0
    for (const { input } of waiting) {
      if (input.road !== road || (count > 0 && size + input.items.length > TOGETHER)) break
      size += input.items.length
      count += 1
    }
    return waiting.splice(0, count)
  }

  async function write(): Promise<void> {
    if (isWriting) return
    isWriting = true
    for (let batch = take(); batch.length > 0; batch = take()) await writeBatch(ctx, batch)
    isWriting = false
  }

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject })
      void write()
    })
}

async function writeBatch(ctx: ServiceContext, batch: readonly Waiting[]): Promise<void> {
  const [first] = batch
  if (!first) return
  const items: IngestItem[] = batch.flatMap(({ input }) => [...input.items])
  try {
    const outcomes = await storeItems(ctx, { road: first.input.road, items })
    let start = 0
    for (const { input, resolve } of batch) {
      resolve(summarise(outcomes, start, input.items.length))
      start += input.items.length
    }
  } catch (error) {
    for (const { reject } of batch) reject(error)
  }
}
