import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { addToOutbox } from '#services/platform/outbox/add.ts'
import type { ClaimedMessage, OutboxHandler, Outcome } from '#services/platform/outbox/dispatch.ts'
import { type ChannelRow, noteFails, noteWorks, takeTry } from '../channels/store.ts'
import { raiseAlerts } from '../raise-alerts.ts'
import { deliveryKind } from './address-handler.ts'
import { type TryOutcome, tryDelivery } from './outlets.ts'
import { type Consignment, dropDelivery, findConsignment, noteAttempt } from './store.ts'

/** Deliveries under way at once, at most, in each lane. */
const BATCH = 20
const FIRST_WAIT_MS = 2_000
const LAST_WAIT_MS = 600_000
/** After so long a delivery is given up; the alert stays in the console. */
const GIVE_UP_MS = 72 * 3_600_000

const DONE: Outcome = { kind: 'done' }

/** Told between a delivery and its record; production does nothing, a crash test ends the process. */
type OnDelivered = () => void

/**
 * Two lanes: what fails once goes on in the second, where a failing channel is tried by one worker at a time and less
 * and less often. So a channel that hangs delays the first lane by one time limit, once, and nobody else after that.
 */
type Lane = 'first' | 'again'

const laneKind = (channel: ChannelRow['kind'], lane: Lane): string =>
  lane === 'first' ? deliveryKind(channel) : `${deliveryKind(channel)}.again`

/** The handlers of both lanes for both kinds of channel. */
export function createDeliveryHandlers(onDelivered: OnDelivered = () => {}): OutboxHandler[] {
  return (['webhook', 'email'] as const).flatMap((channel) =>
    (['first', 'again'] as const).map((lane) => ({
      kind: laneKind(channel, lane),
      batch: BATCH,
      async handle(ctx, messages) {
        const outcomes = messages.map(async (message) => {
          const outcome = await deliver(ctx, deliveryIdOf(message), lane, onDelivered)
          return [message.id, outcome] as const
        })
        return new Map(await Promise.all(outcomes))
      },
    })),
  )
}

const deliveryIdOf = ({ payload }: ClaimedMessage): string => String(payload['deliveryId'])

const retryWaitMs = (failures: number): number =>
  Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(Math.max(failures, 0), 20))

async function deliver(ctx: ServiceContext, id: string, lane: Lane, onDelivered: OnDelivered): Promise<Outcome> {
  try {
    const consignment = await findConsignment(ctx.db, id)
    if (consignment?.delivery.status !== 'pending') return DONE
    const { channel } = consignment
    if (channel.removedAt) {
      await dropDelivery(ctx.db, id, ctx.clock(), 'The channel was removed.')
      return DONE
    }
    if (lane === 'first' && channel.failures > 0) return await changeLane(ctx, consignment)
    const early = lane === 'again' ? await waitOf(ctx, channel) : null
    if (early) return early
    const outcome = await tryDelivery(ctx, consignment)
    if (outcome.delivered) onDelivered()
    return await record(ctx, consignment, lane, outcome)
  } catch (err) {
    ctx.log.error({ err, deliveryId: id }, 'a delivery could not be carried out')
    return { kind: 'error', error: err instanceof Error ? err.message : String(err) }
  }
}

async function changeLane(ctx: ServiceContext, { delivery, channel }: Consignment): Promise<Outcome> {
  await addToOutbox(ctx, [
    { kind: laneKind(channel.kind, 'again'), dedupe: `${delivery.id}:again`, payload: { deliveryId: delivery.id } },
  ])
  return DONE
}

/** Null when this worker may try the channel now. */
async function waitOf(ctx: ServiceContext, { id, failures, retryAt }: ChannelRow): Promise<Outcome | null> {
  if (failures === 0) return null
  const now = ctx.clock()
  const until = new Date(now.getTime() + retryWaitMs(failures))
  if (await takeTry(ctx.db, id, now, until)) return null
  return { kind: 'later', afterMs: Math.max(1_000, (retryAt?.getTime() ?? 0) - now.getTime()) }
}

async function record(
  ctx: ServiceContext,
  consignment: Consignment,
  lane: Lane,
  { delivered, status: lastStatus, error: lastError }: TryOutcome,
): Promise<Outcome> {
  const { delivery, channel } = consignment
  const at = ctx.clock()
  if (delivered) {
    await noteAttempt(ctx.db, delivery.id, { status: 'delivered', at, lastStatus, lastError: null })
    await noteWorks(ctx.db, channel.id)
    return DONE
  }
  const waitMs = retryWaitMs(channel.failures)
  const isOver = at.getTime() - delivery.createdAt.getTime() > GIVE_UP_MS
  await withTransaction(ctx, async (tx) => {
    await noteAttempt(tx.db, delivery.id, { status: isOver ? 'failed' : 'pending', at, lastStatus, lastError })
    const retryAt = new Date(at.getTime() + waitMs)
    await noteFails(tx.db, channel.id, { seen: channel.failures, retryAt, error: lastError ?? '' })
    if (isOver) await tellGivenUp(tx, channel)
    else if (lane === 'first') await changeLane(tx, consignment)
  })
  return isOver || lane === 'first' ? DONE : { kind: 'later', afterMs: waitMs }
}

const DAY_MS = 86_400_000

/** Once a day for a channel, however much it can't take. */
async function tellGivenUp(tx: ServiceContext, { id, kind, target, audience, lastError }: ChannelRow): Promise<void> {
  const where = kind === 'webhook' ? `the webhook at ${new URL(target).host}` : 'your mail address'
  await raiseAlerts(tx, [
    {
      kind: 'channel_failing',
      severity: 'warning',
      to: audience === 'operator' ? audience : `0x${audience.slice(2)}`,
      account: null,
      dedupe: `channel_failing:${id}:${Math.floor(tx.clock().getTime() / DAY_MS)}`,
      sentence: `Alerts could not be delivered to ${where} for three days. Check it, or remove it from your channels.`,
      data: { channelId: id, lastError },
    },
  ])
}
