import type { AccessNode } from './access-node.ts'
import { type BlockEvent, eventsByBlock } from './rest-shapes.ts'

/** Access nodes refuse more in one request. */
const BLOCKS_PER_REQUEST = 250

export async function readEvents(
  node: AccessNode,
  type: string,
  fromHeight: number,
  toHeight: number,
): Promise<BlockEvent[]> {
  const found: BlockEvent[] = []
  for (let from = fromHeight; from <= toHeight; from += BLOCKS_PER_REQUEST) {
    const to = Math.min(from + BLOCKS_PER_REQUEST - 1, toHeight)
    const range = new URLSearchParams({ type, start_height: String(from), end_height: String(to) })
    found.push(...(await node.get(`events?${range}`, eventsByBlock)))
  }
  return found
}
