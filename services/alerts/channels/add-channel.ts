import { AppError } from '#lib/errors/app-error.ts'
import { requireUser } from '#services/auth/index.ts'
import { parseOutboundUrl } from '#services/clients/guarded-fetch/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { addToOutbox } from '#services/platform/outbox/add.ts'
import type { AddedChannel, ChannelInput } from '../schemas.ts'
import { confirmationHash, confirmationWord, webhookSecret } from './channel-secret.ts'
import { toChannelView } from './channel-view.ts'
import {
  type ChannelOwner,
  type ChannelRow,
  countAddedSince,
  insertChannel,
  listChannelRows,
  listRecentDeliveries,
  lockChannels,
} from './store.ts'

/** Outbox kind of a mail that asks whether its reader wants the alerts. */
export const CONFIRMATION_KIND = 'alerts.confirmation'

const MOST_CHANNELS = 10
/** Each new mail address gets a mail: nobody may have strangers written to. */
const MOST_ADDED_A_DAY = 20
const DAY_MS = 86_400_000
const CONFIRMATION_MS = DAY_MS

/**
 * Adds a webhook or a mail address of the signed-in user. The answer that makes a webhook has its secret; adding it
 * again answers without. A mail address gets nothing but a question until that is answered.
 */
export async function addChannel(ctx: ServiceContext, input: ChannelInput): Promise<AddedChannel> {
  const owner = { deploymentId: ctx.deploymentId, audience: requireUser(ctx.actor) }
  const { kind, target } = normalize(ctx, input)
  const { row, isNew } = await withTransaction(ctx, async (tx) => {
    await lockChannels(tx.db, owner)
    const known = (await listChannelRows(tx.db, owner)).find((each) => each.kind === kind && each.target === target)
    if (known) return { row: known, isNew: false }
    await requireRoom(tx, owner)
    return { row: await makeChannel(tx, { ...owner, kind, target }), isNew: true }
  })
  const channel = toChannelView(row, isNew ? [] : await listRecentDeliveries(ctx.db, [row.id], 10))
  return isNew && kind === 'webhook' ? { channel, secret: webhookSecret(ctx, row.id) } : { channel }
}

function normalize({ env }: ServiceContext, { kind, target }: ChannelInput): ChannelInput {
  if (kind === 'webhook') {
    const reach = env.alerts.allowPrivateWebhooks ? 'loopback' : 'public'
    return { kind, target: parseOutboundUrl(target, { reach }).href }
  }
  if (!env.alerts.mail) {
    throw new AppError('mail_not_set_up', 'This installation sends no mail. Use a webhook, or ask the operator.')
  }
  return { kind, target }
}

async function requireRoom(tx: ServiceContext, owner: ChannelOwner): Promise<void> {
  const standing = await listChannelRows(tx.db, owner)
  const added = await countAddedSince(tx.db, owner, new Date(tx.clock().getTime() - DAY_MS))
  if (standing.length < MOST_CHANNELS && added < MOST_ADDED_A_DAY) return
  throw new AppError(
    'too_many_channels',
    `An account has ${MOST_CHANNELS} channels at most and adds ${MOST_ADDED_A_DAY} a day. Remove one, or wait a day.`,
  )
}

async function makeChannel(
  tx: ServiceContext,
  channel: ChannelOwner & Pick<ChannelRow, 'kind' | 'target'>,
): Promise<ChannelRow> {
  const createdAt = tx.clock()
  const id = `channel_${randomHex(12)}`
  const confirmationExpiresAt = new Date(createdAt.getTime() + CONFIRMATION_MS)
  const confirmation =
    channel.kind === 'webhook'
      ? { confirmedAt: createdAt }
      : {
          confirmationHash: confirmationHash(tx, confirmationWord(tx, id, confirmationExpiresAt)),
          confirmationExpiresAt,
        }
  const row = await insertChannel(tx.db, { ...channel, ...confirmation, id, createdAt })
  if (!row) throw new AppError('internal', 'The channel could not be added. Try again.')
  if (channel.kind === 'email') {
    await addToOutbox(tx, [{ kind: CONFIRMATION_KIND, dedupe: `confirm:${id}`, payload: { channelId: id } }])
  }
  return row
}
