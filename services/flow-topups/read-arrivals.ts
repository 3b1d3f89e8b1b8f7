import * as z from 'zod'
import { chainAddress } from '#lib/flow/chain-values.ts'
import { findArrivals } from '#lib/topups/find-arrivals.ts'
import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { NewTopup } from './store.ts'

const deposit = z.looseObject({ to: chainAddress.nullable() })

interface Span {
  readonly treasury: string
  readonly from: number
  readonly to: number
}

/** What arrived at the treasury in a range of heights, both included. */
export async function readArrivals(ctx: ServiceContext, { treasury, from, to }: Span): Promise<NewTopup[]> {
  const { chain } = ctx
  // Told for FLOW alone, where the event with the ids is told for every token of the network.
  const deposits = await chain.events(chain.eventType('FlowToken.TokensDeposited'), from, to)
  const ours = deposits.filter(({ data }) => deposit.parse(data).to === treasury)
  const transactions = new Map(ours.map((event) => [event.txId, event]))
  const found: NewTopup[] = []
  for (const { txId, blockHeight, blockTime } of transactions.values()) {
    for (const { eventIndex, amount, from: fromAddress, vaultId } of findArrivals(await eventsOf(ctx, txId), {
      treasury,
      addresses: chain.addresses,
    })) {
      const id = `${ctx.deploymentId}:${txId}:${eventIndex}`
      const place = { id, deploymentId: ctx.deploymentId, txId, eventIndex, blockHeight, blockTime }
      found.push({ ...place, fromAddress, vaultId, amount, state: 'waiting' })
    }
  }
  return found
}

/** All events of a transaction that is sealed: a node that doesn't say so is behind the one that told of it. */
async function eventsOf({ chain }: ServiceContext, txId: string) {
  const status = await chain.status(txId)
  if (status.state === 'sealed') return status.events
  throw new AppError('chain_unreachable', 'The Flow network did not answer. Try again in a moment.', {
    internal: `transaction ${txId} has events but is ${status.state}`,
    details: { outcome: 'not_sent' },
  })
}
