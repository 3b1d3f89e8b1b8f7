import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#lib/errors/app-error.ts'
import type { JsonCadence } from '#lib/flow/cadence-argument.ts'
import { type AccessNode, NodeRefusal } from './access-node.ts'
import { type ChainFailure, readChainFailure } from './chain-error.ts'
import { createQueues } from './queues.ts'
import { readAccount } from './read-account.ts'
import { accepted, blocks, type ChainEvent } from './rest-shapes.ts'
import type { Signer } from './signer.ts'
import { signTransaction } from './transaction.ts'
import { readLatestBlock, readStatus } from './transaction-status.ts'

export interface PreparedTransaction {
  readonly txId: string
  /** With it `status` can tell that a transaction which was never seen can't be executed any more. */
  readonly preparedAtHeight: number
  /** Hands it to the chain without waiting for its result. Sending it twice is one transaction. */
  send(): Promise<void>
}

export interface SealedTransaction {
  readonly txId: string
  readonly blockId: string
  readonly blockHeight: number
  readonly events: readonly ChainEvent[]
}

interface Draft {
  code: string
  args: readonly JsonCadence[]
}

export interface Sender {
  prepare(draft: Draft, signer: Signer): Promise<PreparedTransaction>
  send(draft: Draft, signer: Signer): Promise<SealedTransaction>
}

const sealTimeoutMs = 90_000
const sequenceAttempts = 5

export function createSender(node: AccessNode): Sender {
  const inTurn = createQueues()
  const prepare = (draft: Draft, signer: Signer) => prepareTransaction(node, draft, signer)
  return {
    prepare,
    // Two transactions of one key at the same time would take the same sequence number, and one would fail.
    send: (draft, signer) =>
      inTurn(`${signer.address}/${signer.keyIndex}`, async () => {
        for (let attempt = 1; ; attempt += 1) {
          try {
            return await sendAndSeal(node, await prepare(draft, signer))
          } catch (error) {
            // Another process used the key meanwhile; nothing was executed.
            if (!(isSequenceConflict(error) && attempt < sequenceAttempts)) throw error
          }
        }
      }),
  }
}

async function prepareTransaction(node: AccessNode, draft: Draft, signer: Signer): Promise<PreparedTransaction> {
  const [block, account] = await Promise.all([readLatestBlock(node), readAccount(node, signer.address, 'keys')])
  const key = account?.keys.find(({ index }) => index === signer.keyIndex)
  if (key === undefined || key.revoked) {
    throw new AppError('chain_refused', 'The account that should sign has no such key. Nothing was sent.', {
      internal: `account ${signer.address} has no usable key ${signer.keyIndex}`,
    })
  }
  const draftAt = { ...draft, referenceBlockId: block.id, sequenceNumber: key.sequenceNumber }
  const { txId, body } = signTransaction(draftAt, signer)
  return { txId, preparedAtHeight: block.height, send: () => submit(node, txId, body) }
}

async function submit(node: AccessNode, txId: string, body: unknown): Promise<void> {
  try {
    await node.post('transactions', body, accepted)
  } catch (error) {
    if (!(error instanceof NodeRefusal)) throw error
    // A node that already has the transaction may refuse it as a duplicate.
    const { state } = await readStatus(node, txId)
    if (state === 'unknown') throw refused(txId, readChainFailure(error.nodeMessage), error)
  }
}

async function sendAndSeal(
  node: AccessNode,
  { txId, preparedAtHeight, send }: PreparedTransaction,
): Promise<SealedTransaction> {
  await send()
  const deadline = Date.now() + sealTimeoutMs
  for (let waitMs = 20; Date.now() < deadline; waitMs = Math.min(waitMs * 2, 1_000)) {
    const status = await readStatus(node, txId, preparedAtHeight)
    if (status.state === 'sealed') {
      const { blockId, events } = status
      return { txId, blockId, events, blockHeight: await heightOf(node, blockId) }
    }
    if (status.state === 'failed') throw refused(txId, status.error)
    if (status.state === 'expired')
      throw refused(txId, { kind: 'expired', code: null, message: 'the transaction expired' })
    await sleep(waitMs)
  }
  throw new AppError(
    'chain_unreachable',
    'The transaction was sent, but its result is not known yet. Look again in a moment.',
    {
      internal: `transaction ${txId} was not sealed within ${sealTimeoutMs} ms`,
      details: { txId, outcome: 'unknown' },
    },
  )
}

async function heightOf(node: AccessNode, blockId: string): Promise<number> {
  const [block] = await node.get(`blocks/${blockId}`, blocks)
  if (block === undefined) throw new Error(`The access node does not know the block ${blockId} that it named.`)
  return block.height
}

function refused(txId: string, failure: ChainFailure, cause?: unknown): AppError {
  return new AppError('chain_refused', 'The chain refused the transaction. Nothing was changed.', {
    internal: `transaction ${txId} was refused (${failure.kind}, code ${failure.code ?? 'none'}): ${failure.message}`,
    details: { txId, kind: failure.kind, reason: failure.message },
    cause,
  })
}

const isSequenceConflict = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'chain_refused' && error.details?.['kind'] === 'sequence_number'
