import * as z from 'zod'
import { chainInteger } from '#lib/flow/chain-values.ts'
import { withPrefix } from '#lib/flow/addresses.ts'
import { decodeCadence, type Plain } from '#lib/flow/json-cadence.ts'
import { flow } from '#lib/money/units.ts'

/** An event with its fields decoded and its place on the chain. */
export interface ChainEvent {
  /** `A.<address without 0x>.<contract>.<event>` */
  readonly type: string
  readonly txId: string
  readonly eventIndex: number
  readonly data: Plain
}

export interface BlockEvent extends ChainEvent {
  readonly blockId: string
  readonly blockHeight: number
  readonly blockTime: Date
}

const number = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform((digits) => Number.parseInt(digits, 10))
const base64Text = z.string().transform((text) => Buffer.from(text, 'base64').toString('utf8'))
const id = z.string().regex(/^[0-9a-f]{64}$/)

/** A script's result. */
export const encodedValue = base64Text.transform((json) => decodeCadence(JSON.parse(json)))

const event = z
  .object({
    type: z.string(),
    transaction_id: id,
    event_index: number,
    payload: base64Text.transform((json) => decodeCadence(JSON.parse(json))),
  })
  .transform(({ type, transaction_id: txId, event_index: eventIndex, payload: data }): ChainEvent => ({
    type,
    txId,
    eventIndex,
    data,
  }))

export const eventsByBlock = z
  .array(
    z.object({
      block_id: id,
      block_height: number,
      block_timestamp: z.coerce.date(),
      events: z.array(event).nullish(),
    }),
  )
  .transform((blocks) =>
    blocks.map((block) => ({
      height: block.block_height,
      events: (block.events ?? []).map((event): BlockEvent => ({
        ...event,
        blockId: block.block_id,
        blockHeight: block.block_height,
        blockTime: block.block_timestamp,
      })),
    })),
  )

export const blocks = z
  .array(z.object({ header: z.object({ id, height: number, timestamp: z.coerce.date() }) }))
  .min(1)
  .transform((list) => list.map(({ header }) => ({ id: header.id, height: header.height, time: header.timestamp })))

export const transactionResult = z.object({
  block_id: z.string(),
  status: z.string(),
  error_message: z.string().nullish(),
  events: z.array(event).nullish(),
})

export const accepted = z.object({ id })

export const account = z
  .object({
    address: z.string(),
    balance: chainInteger,
    keys: z
      .array(z.object({ index: number, public_key: z.string(), sequence_number: number, revoked: z.boolean() }))
      .nullish(),
    contracts: z.record(z.string(), base64Text).nullish(),
  })
  .transform((found) => ({
    address: withPrefix(found.address),
    balance: flow(found.balance),
    keys: (found.keys ?? []).map((key) => ({
      index: key.index,
      publicKey: key.public_key.replace(/^0x/, ''),
      sequenceNumber: key.sequence_number,
      revoked: key.revoked,
    })),
    /** Contract name → its code. */
    contracts: found.contracts ?? {},
  }))

/** An account as the chain has it; the balance is its FLOW. */
export type ChainAccount = z.output<typeof account>
export type Block = z.output<typeof blocks>[number]
