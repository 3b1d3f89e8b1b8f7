import * as z from 'zod'

/** What somebody may be told of. Stable: receivers of webhooks tell alerts apart by it. */
const alertKinds = [
  'limit_reached',
  'unusual_usage',
  'top_up_needed',
  'refill_paused',
  'heavy_account',
  'oracle_flow_low',
  'work_late',
  'settlement_alarm',
  'dead_letters',
  'books_differ',
  'limits_not_enforced',
  'channel_failing',
] as const
type AlertKind = (typeof alertKinds)[number]

const severities = ['info', 'warning', 'critical'] as const

/** Whom alerts about the installation are for. */
export const OPERATOR = 'operator'

export interface NewAlert {
  readonly kind: AlertKind
  readonly severity: (typeof severities)[number]
  /** The owner of the account it is about, the operator, or an address. */
  readonly to: 'owner' | typeof OPERATOR | `0x${string}`
  /** `vault:7` or `credits:<account id>`, whom it is about. */
  readonly account: string | null
  /** The identity of what is told: raising it again tells nothing. */
  readonly dedupe: string
  /** What happened and what to do, in one or two sentences. */
  readonly sentence: string
  /** JSON only: bigints as decimal strings. */
  readonly data: Readonly<Record<string, unknown>>
}

const instant = z.iso.datetime()

export const alertView = z.object({
  id: z.string(),
  kind: z.enum(alertKinds),
  severity: z.enum(severities),
  /** It is for those who run the installation, and not for this account alone. */
  forOperator: z.boolean(),
  account: z.string().nullable(),
  sentence: z.string(),
  data: z.record(z.string(), z.unknown()),
  createdAt: instant,
  readAt: instant.nullable(),
  resolvedAt: instant.nullable(),
})
export type AlertView = z.output<typeof alertView>

export const alertListView = z.object({
  alerts: z.array(alertView),
  /** Of all, not of this page; counted up to 100. */
  unread: z.number(),
  /** Where the next page begins; null: this was the last. */
  next: z.string().nullable(),
})
export type AlertList = z.output<typeof alertListView>

export const alertsReadView = z.object({ unread: z.number() })

const channelKind = z.enum(['webhook', 'email'])

/** Where to send to. Whether a webhook's address may be reached is judged when it is added and at each delivery. */
export const channelInput = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('webhook'), target: z.string().min(1).max(2_000) }),
  z.object({ kind: z.literal('email'), target: z.email('must be a mail address').max(254) }),
])
export type ChannelInput = z.output<typeof channelInput>

const deliveryView = z.object({
  id: z.string(),
  alertId: z.string(),
  status: z.enum(['pending', 'delivered', 'failed']),
  attempts: z.number(),
  lastStatus: z.number().nullable(),
  lastError: z.string().nullable(),
  createdAt: instant,
  finishedAt: instant.nullable(),
})

const channelView = z.object({
  id: z.string(),
  kind: channelKind,
  target: z.string(),
  confirmed: z.boolean(),
  /** Why the last tries failed; null: it works, or was never used. */
  lastError: z.string().nullable(),
  createdAt: instant,
  /** The newest deliveries, newest first. */
  deliveries: z.array(deliveryView),
})
export type ChannelView = z.output<typeof channelView>
export const channelListView = z.object({ channels: z.array(channelView), mailIsSetUp: z.boolean() })

/** The secret that signs a webhook's deliveries is in the answer that made the channel, and in no other. */
export const addedChannelView = z.object({ channel: channelView, secret: z.string().optional() })
export type AddedChannel = z.output<typeof addedChannelView>

export const removedChannelView = z.object({ removed: z.literal(true) })
export const confirmedChannelView = z.object({ target: z.string() })
