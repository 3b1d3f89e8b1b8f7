import type { ServiceContext } from '#services/platform/context.ts'
import type { ClaimedMessage, OutboxHandler, Outcome } from '#services/platform/outbox/dispatch.ts'
import { confirmationMail } from '../delivery/message.ts'
import { sendMail } from '../delivery/outlets.ts'
import { CONFIRMATION_KIND } from './add-channel.ts'
import { confirmationWord } from './channel-secret.ts'
import { findChannel } from './store.ts'

const BATCH = 10

/** Sends the mails that ask for a confirmation, until they are taken, answered, or too late. */
export const confirmationHandler: OutboxHandler = {
  kind: CONFIRMATION_KIND,
  batch: BATCH,
  async handle(ctx, messages) {
    const outcomes = messages.map(async (message) => [message.id, await ask(ctx, message)] as const)
    return new Map(await Promise.all(outcomes))
  },
}

async function ask(ctx: ServiceContext, { payload }: ClaimedMessage): Promise<Outcome> {
  const channel = await findChannel(ctx.db, String(payload['channelId']))
  const expiresAt = channel?.confirmationExpiresAt
  if (!channel || !expiresAt || channel.removedAt || channel.confirmedAt || expiresAt <= ctx.clock()) {
    return { kind: 'done' }
  }
  const word = confirmationWord(ctx, channel.id, expiresAt)
  const { delivered, error } = await sendMail(ctx, confirmationMail(ctx, channel, word))
  return delivered ? { kind: 'done' } : { kind: 'error', error: error ?? 'the mail was not taken' }
}
