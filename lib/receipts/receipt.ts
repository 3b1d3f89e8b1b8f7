import type { FlowNetwork } from '../flow/addresses.ts'
import type { Hash } from '../merkle/hash.ts'
import type { Period } from '../period/period.ts'

export const RECEIPT_KIND = 'flareflow.receipt'
export const BILL_KIND = 'flareflow.bill'
export const RECEIPT_VERSION = 1

/** The contracts that a document is about: they stand at one address of one network, deployed once. */
export interface Place {
  readonly network: FlowNetwork
  /** `0x` and 16 hex digits. */
  readonly contract: string
  readonly deployment: string
}

/** A vault's billing period. The vault is a UInt64 as decimal text; a credit account's number stands negated. */
export interface BilledPeriod {
  readonly vault: string
  readonly period: Period
}

/** What a settled reading says, counts as decimal text. */
export interface ReceiptReading {
  readonly sequence: string
  readonly eventCount: string
  /** Billable tokens by model, in name order. */
  readonly models: readonly { readonly model: string; readonly tokens: string }[]
}

/** A reading with its root and the transaction that settled it. */
export interface SettledAs {
  readonly root: Hash
  readonly reading: ReceiptReading
  /** 64 hex digits. */
  readonly transaction: string
}

export interface ReceiptEvent {
  readonly id: string
  /** Place in the period's tree, from 0. */
  readonly ordinal: number
  /** The canonical text, whose hash is the leaf; null once the details were deleted. */
  readonly leaf: string | null
  readonly leafHash: Hash
}

/**
 * How the request stands: `settled` with its proof; `waiting` for a reading that covers it (`expectedBy` null: nobody
 * knows, as free requests start no reading while their month runs); `unbilled`: no reading can cover it any more, it is
 * listed only; `credits`: paid from a balance, with its place in the account's own tree, whose root is on no chain.
 */
export type ReceiptState =
  | ({ readonly state: 'settled'; readonly size: number; readonly path: readonly Hash[] } & SettledAs)
  | { readonly state: 'waiting'; readonly expectedBy: string | null }
  | { readonly state: 'unbilled'; readonly reason: string }
  | { readonly state: 'credits'; readonly size: number; readonly path: readonly Hash[]; readonly root: Hash }

/** The proof of one request up to the root that is on chain; docs/verify.md explains every field. */
export interface Receipt extends Place, BilledPeriod {
  readonly kind: typeof RECEIPT_KIND
  readonly version: typeof RECEIPT_VERSION
  readonly event: ReceiptEvent
  readonly settlement: ReceiptState
}

export type CreditReceipt = Receipt & { readonly settlement: Extract<ReceiptState, { state: 'credits' }> }
export type SettledReceipt = Receipt & { readonly settlement: Extract<ReceiptState, { state: 'settled' }> }

/** The first line of a bill; every further line is the canonical text of a leaf, in the order of the tree. */
export interface BillHeader extends Place, BilledPeriod, SettledAs {
  readonly kind: typeof BILL_KIND
  readonly version: typeof RECEIPT_VERSION
}
