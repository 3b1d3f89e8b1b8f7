import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { OPERATOR } from '../schemas.ts'
import { type ChannelRow, insertChannel, listChannelRows, lockChannels, removeOthers } from './store.ts'

type Wanted = Pick<ChannelRow, 'kind' | 'target'>

/** Makes the operator's channels what the settings say. */
export async function keepOperatorChannels(ctx: ServiceContext): Promise<void> {
  const owner = { deploymentId: ctx.deploymentId, audience: OPERATOR }
  const { operatorWebhook, operatorEmail } = ctx.env.alerts
  const wanted: Wanted[] = [
    ...(operatorWebhook ? [{ kind: 'webhook' as const, target: operatorWebhook.url }] : []),
    ...(operatorEmail ? [{ kind: 'email' as const, target: operatorEmail }] : []),
  ]
  const isOne = (row: ChannelRow): boolean =>
    wanted.some((each) => each.kind === row.kind && each.target === row.target)
  const standing = await listChannelRows(ctx.db, owner)
  if (standing.length === wanted.length && standing.every(isOne)) return
  await withTransaction(ctx, async (tx) => {
    await lockChannels(tx.db, owner)
    const now = tx.clock()
    for (const each of wanted) {
      await insertChannel(tx.db, {
        ...owner,
        ...each,
        id: `channel_${randomHex(12)}`,
        confirmedAt: now,
        createdAt: now,
      })
    }
    const kept = (await listChannelRows(tx.db, owner)).filter(isOne).map(({ id }) => id)
    await removeOthers(tx.db, owner, kept, now)
  })
}
