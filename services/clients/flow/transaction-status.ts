import { type AccessNode, NodeRefusal } from './access-node.ts'
import { type ChainFailure, readChainFailure } from './chain-error.ts'
import { type Block, blocks, type ChainEvent, transactionResult } from './rest-shapes.ts'

/** A transaction can't be executed any more when its reference block is this many blocks behind. */
const EXPIRY_BLOCKS = 600

/**
 * What became of a transaction. `unknown`: the chain has never heard of it, so sending it (again) is safe.
 * `failed`: it is sealed and changed nothing. `expired`: it was not executed and never will be.
 */
export type TransactionStatus =
  | { readonly state: 'unknown' | 'pending' | 'expired' }
  | { readonly state: 'sealed'; readonly blockId: string; readonly events: readonly ChainEvent[] }
  | { readonly state: 'failed'; readonly error: ChainFailure }

/** With the height at which the transaction was prepared, an unknown one can be told to have expired. */
export async function readStatus(
  node: AccessNode,
  txId: string,
  preparedAtHeight?: number,
): Promise<TransactionStatus> {
  const result = await findResult(node, txId)
  const status = result?.status.toLowerCase() ?? ''
  if (result === null || status === '' || status === 'unknown') {
    return { state: (await isPast(node, preparedAtHeight)) ? 'expired' : 'unknown' }
  }
  if (status === 'expired') return { state: 'expired' }
  if (status !== 'sealed') return { state: 'pending' }
  if (result.error_message) return { state: 'failed', error: readChainFailure(result.error_message) }
  return { state: 'sealed', blockId: result.block_id, events: result.events ?? [] }
}

async function findResult(node: AccessNode, txId: string) {
  try {
    return await node.get(`transaction_results/${txId}`, transactionResult)
  } catch (error) {
    if (error instanceof NodeRefusal && error.nodeStatus === 404) return null
    throw error
  }
}

async function isPast(node: AccessNode, preparedAtHeight: number | undefined): Promise<boolean> {
  if (preparedAtHeight === undefined) return false
  return (await readLatestBlock(node)).height > preparedAtHeight + EXPIRY_BLOCKS
}

/** The latest sealed block. */
export async function readLatestBlock(node: AccessNode): Promise<Block> {
  const [latest] = await node.get('blocks?height=sealed', blocks)
  if (latest === undefined) throw new Error('The access node knows no sealed block.')
  return latest
}
