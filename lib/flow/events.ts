import * as z from 'zod'
import {
  chainAddress,
  chainFlow,
  chainInteger,
  chainPeriod,
  chainTime,
  chainUsd,
  chainUsdPerFlow,
} from './chain-values.ts'

const movement = z.object({ id: chainInteger, amount: chainFlow, balanceAfter: chainFlow })

/** The fields of each event of the subscription contract, by the event's name; what they mean stands there. */
const subscriptionEvents = {
  VaultOpened: z.object({
    id: chainInteger,
    owner: chainAddress,
    provider: chainAddress,
    serviceName: z.string(),
    deposit: chainFlow,
  }),
  Deposited: movement,
  Withdrawn: movement.extend({ to: chainAddress }),
  PaidAutomatically: movement.extend({ to: chainAddress }),
  Refunded: movement.extend({ to: chainAddress }),
  DebtIncurred: z.object({ id: chainInteger, amount: chainFlow, uncoveredAfter: chainFlow }),
  DebtPaid: z.object({ id: chainInteger, amount: chainFlow, accruedAfter: chainFlow, uncoveredAfter: chainFlow }),
  ReadingSettled: z.object({
    id: chainInteger,
    period: chainPeriod,
    sequence: chainInteger,
    models: z.array(z.string()),
    tokens: z.array(chainInteger),
    totalTokens: chainInteger,
    root: z.string(),
    eventCount: chainInteger,
    scheduleVersion: chainInteger,
    priceUsd: chainUsd,
    dueUsd: chainUsd,
    chargedUsdAfter: chainUsd,
    creditUsdAfter: chainUsd,
    usdPerFlow: chainUsdPerFlow,
    flowDue: chainFlow,
    accruedAfter: chainFlow,
    uncoveredAfter: chainFlow,
    balanceAfter: chainFlow,
    oracle: chainAddress,
  }),
  /** The period of a refused reading may be any number. */
  ReadingSkipped: z.object({ id: chainInteger, period: chainInteger, sequence: chainInteger, reason: z.string() }),
  TierChanged: z.object({ id: chainInteger, period: chainPeriod, from: z.string().nullable(), to: z.string() }),
  AutomaticPaymentSet: z.object({ id: chainInteger, enabled: z.boolean() }),
  ReturnRequested: z.object({ id: chainInteger, amount: chainFlow.nullable(), actsAt: chainTime }),
  ReturnCancelled: z.object({ id: chainInteger }),
  VaultClosed: z.object({
    id: chainInteger,
    creditUsdLapsed: chainUsd,
    uncoveredLapsed: chainFlow,
    balanceAfter: chainFlow,
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
