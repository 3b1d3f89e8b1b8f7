import * as z from 'zod'
import { chainAddress, chainFlow, chainInteger, chainPeriod, chainUsd, chainUsdPerFlow } from './chain-values.ts'

/** The fields of each event of the subscription contract, by the event's name. */
export const subscriptionEvents = {
  VaultOpened: z.object({
    id: chainInteger,
    owner: chainAddress,
    provider: chainAddress,
    serviceName: z.string(),
    deposit: chainFlow,
  }),
  Deposited: z.object({
    id: chainInteger,
    amount: chainFlow,
    balanceAfter: chainFlow,
    from: chainAddress.nullish(),
  }),
  Withdrawn: z.object({
    id: chainInteger,
    amount: chainFlow,
    to: chainAddress.nullable(),
    balanceAfter: chainFlow,
  }),
  ReadingSettled: z.object({
    id: chainInteger,
    period: chainPeriod,
    sequence: chainInteger,
    totalTokens: chainInteger,
    /** Price of the whole period so far. */
    priceUsd: chainUsd,
    /** What this reading adds to it. */
    dueUsd: chainUsd,
    usdPerFlow: chainUsdPerFlow,
    flowDue: chainFlow,
    accruedAfter: chainFlow,
    uncoveredAfter: chainFlow,
    balanceAfter: chainFlow,
    root: z.string(),
  }),
  ReadingSkipped: z.object({
    id: chainInteger,
    period: z.string(),
    sequence: chainInteger,
    reason: z.string(),
  }),
} as const

export type SubscriptionEventName = keyof typeof subscriptionEvents
export type SubscriptionEvent<N extends SubscriptionEventName> = z.output<(typeof subscriptionEvents)[N]>

/** An event as the chain reports it, its fields still plain. */
export interface RawEvent {
  /** `A.<address>.<contract>.<event>` */
  readonly type: string
  readonly data: unknown
}

/** The events of one name among those of a transaction, read into types. Throws when one has other fields. */
export function subscriptionEventsNamed<N extends SubscriptionEventName>(
  name: N,
  events: readonly RawEvent[],
): Array<SubscriptionEvent<N>> {
  const schema: z.ZodType = subscriptionEvents[name]
  const wanted = events.filter((event) => event.type.endsWith(`.UsageBasedSubscriptions.${name}`))
  return wanted.map((event) => schema.parse(event.data) as SubscriptionEvent<N>)
}
