import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { createGroup } from '#services/platform/group-commit.ts'
import { setQueuedEvents } from '#services/platform/telemetry.ts'
import { type Judged, judgeItems, storeOrKeep, summarise } from './ingest-events.ts'
import type { IngestInput, IngestResult } from './schemas.ts'

interface Waiting {
  readonly road: IngestInput['road']
  readonly judged: Judged
  /** Place of the delivery's first item among all that came. */
  readonly start: number
  readonly count: number
  readonly resolve: (result: IngestResult) => void
  readonly reject: (error: unknown) => void
}

/**
 * Items written in one go, at most, unless a single delivery has more. The more there are, the more of them share a row
 * of meters and rollups.
 */
const TOGETHER = 4_000
/** Bytes of deliveries that may wait for each event of the queue's length. */
const BYTES_PER_EVENT = 4_096

export type IngestWriter = (input: IngestInput) => Promise<IngestResult>

/**
 * Writes deliveries one after another; those that arrive meanwhile are judged at once and written together, so that a
 * burst takes few transactions and no connection waits for another's lock. Each delivery is answered after its own
 * items are durable. When more waits than INGEST_QUEUE allows, a delivery is refused with `collector_busy` and nothing
 * of it is kept; one that finds nothing waiting is always taken.
 */
export function createIngestWriter(ctx: ServiceContext): IngestWriter {
  const { queueEvents } = ctx.env.ingest
  const add = createGroup<Waiting>({ take: takeOfOneRoad, write: (batch) => writeBatch(ctx, batch) })
  let arrived = 0
  let heldEvents = 0
  let heldBytes = 0

  function admit(events: number, bytes: number): void {
    const isFull = heldEvents + events > queueEvents || heldBytes + bytes > queueEvents * BYTES_PER_EVENT
    if (heldEvents > 0 && isFull) throw busy(heldEvents)
    heldEvents += events
    heldBytes += bytes
    setQueuedEvents(heldEvents)
  }

  return async (input) => {
    const { road, items, bytes = 0 } = input
    const count = items.length
    admit(count, bytes)
    try {
      const start = arrived
      arrived += count
      const judged = judgeItems(ctx, input, start)
      return await new Promise((resolve, reject) => {
        add({ road, judged, start, count, resolve, reject })
      })
    } finally {
      heldEvents -= count
      heldBytes -= bytes
      setQueuedEvents(heldEvents)
    }
  }
}

/** Deliveries of one road, as many as hold what is written in one go. */
function takeOfOneRoad(waiting: readonly Waiting[]): number {
  const road = waiting[0]?.road
  let size = 0
  let deliveries = 0
  for (const { road: other, count } of waiting) {
    if (other !== road || (deliveries > 0 && size + count > TOGETHER)) break
    size += count
    deliveries += 1
  }
  return deliveries
}

const busy = (held: number): AppError =>
  new AppError(
    'collector_busy',
    'More usage waits to be stored than fits. Nothing of this batch was stored: send it again in a moment.',
    { internal: `${held} events wait` },
  )

async function writeBatch(ctx: ServiceContext, batch: readonly Waiting[]): Promise<void> {
  const [first] = batch
  if (!first) return
  const candidates = batch.flatMap(({ judged }) => judged.candidates)
  const refusals = batch.flatMap(({ judged }) => judged.refusals)
  const outcomes = await storeOrKeep(ctx, first.road, { candidates, refusals })
  for (const { start, count, resolve } of batch) resolve(summarise(outcomes, start, count))
}
