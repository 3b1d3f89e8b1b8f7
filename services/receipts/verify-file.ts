import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { FlowNetwork } from '#lib/flow/addresses.ts'
import { AppError } from '#lib/errors/app-error.ts'
import { createBillReader } from '#lib/receipts/check-bill.ts'
import { checkReceipt } from '#lib/receipts/check-receipt.ts'
import { parseBillHeader, parseReceipt } from '#lib/receipts/parse-receipt.ts'
import type { Step } from '#lib/receipts/step.ts'
import { flowNodeAt, publicNode } from './flow-node.ts'

export interface VerifyOptions {
  readonly kind: 'receipt' | 'bill'
  /** REST address of an access node; the network's public one if it isn't given. */
  readonly node?: string | undefined
  /** The contract that the reader knows by other means; without it the document's own is named, not checked. */
  readonly contract?: string | undefined
}

export interface Verification {
  readonly steps: readonly Step[]
  readonly isProven: boolean
  /** Who was asked. */
  readonly node: string
}

/** A receipt is some kilobytes; a file that is much larger is none. */
const MAX_RECEIPT_BYTES = 1024 * 1024

/**
 * Checks a receipt or a bill in a file against the chain. Needs no database and no server of ours. Throws
 * `invalid_request` when the file can't be read.
 */
export async function verifyFile(path: string, options: VerifyOptions): Promise<Verification> {
  return options.kind === 'bill' ? verifyBill(path, options) : verifyReceipt(path, options)
}

const unreadable = (path: string, cause: unknown): AppError =>
  new AppError('invalid_request', `The file ${path} can't be read. Check its name.`, { cause })

function trusted(network: FlowNetwork | undefined, { node, contract }: VerifyOptions) {
  const url = node ?? publicNode(network ?? 'mainnet')
  return { node: flowNodeAt(url), contract: contract?.toLowerCase() ?? null }
}

async function verifyReceipt(path: string, options: VerifyOptions): Promise<Verification> {
  const text = await readReceipt(path)
  const parsed = parseReceipt(text)
  const trust = trusted(parsed.ok ? parsed.value.network : undefined, options)
  const { steps, isProven } = await checkReceipt(text, trust)
  return { steps, isProven, node: trust.node.name }
}

async function readReceipt(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > MAX_RECEIPT_BYTES) throw new Error('too large')
    return (await readFile(path, 'utf8')).trim()
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

async function verifyBill(path: string, options: VerifyOptions): Promise<Verification> {
  const reader = createBillReader()
  let network: FlowNetwork | undefined
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      if (network === undefined) {
        const header = parseBillHeader(line)
        network = header.ok ? header.value.network : undefined
      }
      if (!reader.add(line)) break
    }
  } catch (cause) {
    throw unreadable(path, cause)
  }
  const trust = trusted(network, options)
  const { steps, isProven } = await reader.check(trust)
  return { steps, isProven, node: trust.node.name }
}
