import { withPrefix } from '#lib/flow/addresses.ts'
import type { Place, ReceiptReading } from '#lib/receipts/receipt.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { ReadingRow } from './store.ts'

/** The contracts that documents of this installation are about. */
export const placeOf = ({ chain, deploymentId, env }: ServiceContext): Place => ({
  network: chain.network,
  contract: withPrefix(env.flow.contractAddress),
  deployment: deploymentId,
})

/** A reading as documents have it. */
export const toReceiptReading = ({ sequence, eventCount, models }: ReadingRow): ReceiptReading => ({
  sequence: sequence.toString(),
  eventCount: eventCount.toString(),
  models: models.map(({ model, tokens }) => ({ model, tokens })),
})
