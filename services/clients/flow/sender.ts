import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#lib/errors/app-error.ts'
import type { JsonCadence } from '#lib/flow/cadence-argument.ts'
import { type AccessNode, NodeRefusal } from './access-node.ts'
import { awaitSeal, isUnreachable, refused, type SealedTransaction } from './await-seal.ts'
import { readChainFailure } from './chain-error.ts'
import { createQueues } from './queues.ts'
import { readAccount } from './read-account.ts'
import { accepted } from './rest-shapes.ts'
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

interface Draft {
  code: string
  args: readonly JsonCadence[]
}

export interface Sender {
  prepare(draft: Draft, signer: Signer): Promise<PreparedTransaction>
  send(draft: Draft, signer: Signer): Promise<SealedTransaction>
}

const sequenceAttempts = 5
const sendAttempts = 3

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

/** A node that can't be reached is asked again: the same signed bytes are executed once at most. */
async function sendSurely({ send }: PreparedTransaction): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send()
    } catch (error) {
      if (!isUnreachable(error) || attempt === sendAttempts) throw error
      await sleep(250 * attempt)
    }
  }
}

async function sendAndSeal(node: AccessNode, prepared: PreparedTransaction): Promise<SealedTransaction> {
  await sendSurely(prepared)
  return awaitSeal(node, prepared.txId, prepared.preparedAtHeight)
}

const isSequenceConflict = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'chain_refused' && error.details?.['kind'] === 'sequence_number'
