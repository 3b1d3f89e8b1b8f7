import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { confirmationHash } from './channel-secret.ts'
import { confirmByHash } from './store.ts'

/** The reader of a mail wants the alerts: who has the word from it has read it. Repeating this does nothing. */
export async function confirmChannel(ctx: ServiceContext, { word }: { word: string }): Promise<{ target: string }> {
  const row = await confirmByHash(ctx.db, ctx.deploymentId, confirmationHash(ctx, word), ctx.clock())
  if (row) return { target: row.target }
  throw new AppError(
    'confirmation_invalid',
    'This link is not valid any more. Remove the mail address from your alerts, then add it again for a new link.',
  )
}
