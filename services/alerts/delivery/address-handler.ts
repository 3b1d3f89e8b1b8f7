import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { addToOutbox } from '#services/platform/outbox/add.ts'
import type { ClaimedMessage, OutboxHandler, Outcome } from '#services/platform/outbox/dispatch.ts'
import { getReports } from '#services/vaults/index.ts'
import { keepOperatorChannels } from '../channels/keep-operator-channels.ts'
import { listConfirmedChannels } from '../channels/store.ts'
import { ADDRESS_KIND } from '../raise-alerts.ts'
import { OPERATOR } from '../schemas.ts'
import { type AlertRow, findAlerts, setAudience } from '../store.ts'
import { insertDeliveries } from './store.ts'

const BATCH = 50
const VAULT = /^vault:(\d{1,20})$/
const DONE: Outcome = { kind: 'done' }

/** Outbox kind of a delivery to a channel that works. */
export const deliveryKind = (channel: 'webhook' | 'email'): string => `alerts.${channel}`

/**
 * Finds out whom alerts are for and decides, in one transaction each, what goes where. Who owns an account now is asked
 * of the chain here, so that what raises an alert never waits for it.
 */
export const addressHandler: OutboxHandler = {
  kind: ADDRESS_KIND,
  batch: BATCH,
  async handle(ctx, messages) {
    const rows = await findAlerts(ctx.db, messages.map(alertIdOf))
    const audiences = await audiencesOf(ctx, rows)
    const outcomes = new Map<string, Outcome>()
    for (const row of rows) outcomes.set(row.id, await addressOne(ctx, row, audiences.get(row.id)))
    return new Map(messages.map((message) => [message.id, outcomes.get(alertIdOf(message)) ?? DONE]))
  },
}

const alertIdOf = ({ payload }: ClaimedMessage): string => String(payload['alertId'])

/** Alerts whose audience can't be told now are absent. */
async function audiencesOf(ctx: ServiceContext, rows: readonly AlertRow[]): Promise<Map<string, string>> {
  const audiences = new Map(rows.flatMap(({ id, audience }) => (audience ? [[id, audience]] : [])))
  if ([...audiences.values()].includes(OPERATOR)) await keepOperatorChannels(ctx)
  const waiting = rows.filter(({ audience }) => audience === null)
  const ids = [...new Set(waiting.flatMap(({ account }) => VAULT.exec(account ?? '')?.[1] ?? []))].map(BigInt)
  const owners = await ownersOf(ctx, ids)
  for (const { id, account } of waiting) {
    const owner = owners?.get(account ?? '')
    // An account that the chain doesn't know has nobody to be told but the operator.
    if (owners) audiences.set(id, owner ?? OPERATOR)
  }
  return audiences
}

/** Null while the chain doesn't answer. */
async function ownersOf(ctx: ServiceContext, ids: bigint[]): Promise<Map<string, string> | null> {
  try {
    const vaults = await getReports(ctx, ids)
    return new Map(vaults.map(({ id, owner }) => [`vault:${id}`, owner]))
  } catch (err) {
    ctx.log.warn({ err }, 'alerts wait: the owners of their accounts are not known')
    return null
  }
}

async function addressOne(ctx: ServiceContext, row: AlertRow, audience: string | undefined): Promise<Outcome> {
  if (audience === undefined) return { kind: 'error', error: 'the owner of the account is not known yet' }
  try {
    await withTransaction(ctx, (tx) => addressInTransaction(tx, row, audience))
    return DONE
  } catch (err) {
    ctx.log.error({ err, alertId: row.id }, 'an alert could not be addressed')
    return { kind: 'error', error: err instanceof Error ? err.message : String(err) }
  }
}

async function addressInTransaction(tx: ServiceContext, { id, kind }: AlertRow, audience: string): Promise<void> {
  await setAudience(tx.db, id, audience)
  // That a channel fails can't be told through channels.
  if (kind === 'channel_failing') return
  const channels = await listConfirmedChannels(tx.db, { deploymentId: tx.deploymentId, audience })
  const kinds = new Map(channels.map((channel) => [channel.id, channel.kind]))
  const deliveries = await insertDeliveries(
    tx.db,
    channels.map(({ id: channelId }) => ({
      id: `delivery_${randomHex(12)}`,
      alertId: id,
      channelId,
      status: 'pending' as const,
      createdAt: tx.clock(),
    })),
  )
  await addToOutbox(
    tx,
    deliveries.map((delivery) => ({
      kind: deliveryKind(kinds.get(delivery.channelId) ?? 'webhook'),
      dedupe: delivery.id,
      payload: { deliveryId: delivery.id },
    })),
  )
}
