import { AppError } from '#lib/errors/app-error.ts'
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
    found.push(...(await readRange(node, type, from, to)))
  }
  return found
}

/** A node that is behind leaves out blocks that it doesn't have yet, and answers as if nothing had happened there. */
async function readRange(node: AccessNode, type: string, from: number, to: number): Promise<BlockEvent[]> {
  const range = new URLSearchParams({ type, start_height: String(from), end_height: String(to) })
  const blocks = await node.get(`events?${range}`, eventsByBlock)
  const heights = new Set(blocks.map(({ height }) => height))
  if (heights.size === to - from + 1) return blocks.flatMap(({ events }) => events)
  throw new AppError('chain_unreachable', 'The Flow network did not answer for all blocks. Try again in a moment.', {
    internal: `access node, ${type}: ${heights.size} blocks from ${from} to ${to}`,
    details: { outcome: 'not_sent' },
  })
}
