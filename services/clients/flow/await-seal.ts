import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#lib/errors/app-error.ts'
import type { AccessNode } from './access-node.ts'
import type { ChainFailure } from './chain-error.ts'
import { blocks, type ChainEvent } from './rest-shapes.ts'
import { readStatus, type TransactionStatus } from './transaction-status.ts'

export interface SealedTransaction {
  readonly txId: string
  readonly blockId: string
  readonly blockHeight: number
  readonly events: readonly ChainEvent[]
}

const sealTimeoutMs = 90_000

/** Waits until the transaction is sealed; a node that doesn't answer for a while is asked again. */
export async function awaitSeal(node: AccessNode, txId: string, preparedAtHeight: number): Promise<SealedTransaction> {
  const deadline = Date.now() + sealTimeoutMs
  for (let waitMs = 20; Date.now() < deadline; waitMs = Math.min(waitMs * 2, 1_000)) {
    const sealed = await orElse(null, () => readSealed(node, txId, preparedAtHeight))
    if (sealed !== null) return sealed
    await sleep(waitMs)
  }
  const sentence = 'The transaction was sent, but its result is not known yet. Look again in a moment.'
  throw new AppError('chain_unreachable', sentence, {
    internal: `transaction ${txId} was not sealed within ${sealTimeoutMs} ms`,
    details: { txId, outcome: 'unknown' },
  })
}

/** What happened to the transaction, or null while it is on its way. Throws `chain_refused` when it changed nothing. */
async function readSealed(node: AccessNode, txId: string, preparedAtHeight: number): Promise<SealedTransaction | null> {
  const status: TransactionStatus = await readStatus(node, txId, preparedAtHeight)
  if (status.state === 'failed') throw refused(txId, status.error)
  if (status.state === 'expired') throw refused(txId, { kind: 'expired', code: null, message: 'it expired unexecuted' })
  if (status.state !== 'sealed') return null
  const { blockId, events } = status
  return { txId, blockId, events, blockHeight: await readHeight(node, blockId) }
}

async function readHeight(node: AccessNode, blockId: string): Promise<number> {
  const [block] = await node.get(`blocks/${blockId}`, blocks)
  if (block === undefined) throw new Error(`The access node does not know the block ${blockId} that it named.`)
  return block.height
}

/** What the chain was asked, or the fallback when it can't be reached; what it refuses is thrown. */
export async function orElse<T, F = T>(fallback: F, ask: () => Promise<T>): Promise<T | F> {
  try {
    return await ask()
  } catch (error) {
    if (isUnreachable(error)) return fallback
    throw error
  }
}

export const isUnreachable = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'chain_unreachable'

/** The error of a transaction that was not executed, or was executed and undone. */
export function refused(txId: string, failure: ChainFailure, cause?: unknown): AppError {
  return new AppError('chain_refused', 'The chain refused the transaction. Nothing was changed.', {
    internal: `transaction ${txId} was refused (${failure.kind}, code ${failure.code ?? 'none'}): ${failure.message}`,
    details: { txId, kind: failure.kind, reason: failure.message },
    cause,
  })
}
