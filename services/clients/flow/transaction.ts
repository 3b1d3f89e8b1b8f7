import { encodeTransactionEnvelope, encodeTxIdFromVoucher } from '@onflow/sdk'
import type { JsonCadence } from '#lib/flow/cadence-argument.ts'
import type { Signer } from './signer.ts'

/** The most computation that a transaction may take on Flow. */
const COMPUTE_LIMIT = 9_999

export interface TransactionDraft {
  code: string
  args: readonly JsonCadence[]
  /** Id of a recent sealed block: the transaction expires 600 blocks after it. */
  referenceBlockId: string
  sequenceNumber: number
}

export interface SignedTransaction {
  /** Known before anything is sent. */
  readonly txId: string
  /** The body that the access node takes. */
  readonly body: unknown
}

type Voucher = Parameters<typeof encodeTxIdFromVoucher>[0]

/** Signs a transaction whose proposer, payer and only authorizer is one account. */
export function signTransaction(draft: TransactionDraft, signer: Signer): SignedTransaction {
  const address = signer.address.replace(/^0x/, '')
  const unsigned = {
    cadence: draft.code,
    arguments: draft.args as Voucher['arguments'],
    refBlock: draft.referenceBlockId,
    computeLimit: COMPUTE_LIMIT,
    proposalKey: { address, keyId: signer.keyIndex, sequenceNum: draft.sequenceNumber },
    payer: address,
    authorizers: [address],
    payloadSigs: [],
  }
  const sig = signer.sign(encodeTransactionEnvelope(unsigned))
  const voucher = { ...unsigned, envelopeSigs: [{ address, keyId: signer.keyIndex, sig }] }
  return { txId: encodeTxIdFromVoucher(voucher), body: restBody(voucher) }
}

function restBody(voucher: Voucher): unknown {
  const base64 = (text: string, encoding: BufferEncoding = 'utf8'): string =>
    Buffer.from(text, encoding).toString('base64')
  return {
    script: base64(voucher.cadence),
    arguments: voucher.arguments.map((argument) => base64(JSON.stringify(argument))),
    reference_block_id: voucher.refBlock,
    gas_limit: String(voucher.computeLimit),
    payer: voucher.payer,
    proposal_key: {
      address: voucher.proposalKey.address,
      key_index: String(voucher.proposalKey.keyId),
      sequence_number: String(voucher.proposalKey.sequenceNum),
    },
    authorizers: voucher.authorizers,
    payload_signatures: [],
    envelope_signatures: voucher.envelopeSigs.map(({ address, keyId, sig }) => ({
      address,
      key_index: String(keyId),
      signature: base64(sig, 'hex'),
    })),
  }
}
