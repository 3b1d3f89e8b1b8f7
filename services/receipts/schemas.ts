import * as z from 'zod'
import { RECEIPT_KIND, RECEIPT_VERSION, type Receipt } from '#lib/receipts/receipt.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.string().regex(/^\d+$/)

const settledAs = {
  root: hash,
  reading: z.object({
    sequence: count,
    eventCount: count,
    models: z.array(z.object({ model: z.string(), tokens: count })),
  }),
  transaction: hash,
}

/** docs/verify.md explains every field. */
const receiptView: z.ZodType<Receipt> = z.object({
  kind: z.literal(RECEIPT_KIND),
  version: z.literal(RECEIPT_VERSION),
  network: z.enum(['emulator', 'testnet', 'mainnet']),
  contract: z.string(),
  deployment: z.string(),
  vault: z.string().regex(/^-?\d+$/),
  period: z.number(),
  event: z.object({ id: z.string(), ordinal: z.number(), leaf: z.string().nullable(), leafHash: hash }),
  settlement: z.discriminatedUnion('state', [
    z.object({ state: z.literal('settled'), size: z.number(), path: z.array(hash), ...settledAs }),
    z.object({ state: z.literal('waiting'), expectedBy: z.iso.datetime().nullable() }),
    z.object({ state: z.literal('unbilled'), reason: z.string() }),
    z.object({ state: z.literal('credits'), size: z.number(), path: z.array(hash), root: hash }),
  ]),
})

/** `more`: others carry the same id; what a caller chooses needs not be unique. */
export const receiptListView = z.object({ receipts: z.array(receiptView), more: z.boolean() })
export type ReceiptList = z.output<typeof receiptListView>
