import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getRoles } from './get-roles.ts'
import { requireUser } from './require-permission.ts'

/**
 * Only who holds the admin resource on chain now, or a command that the operator runs on the server. Returns who it
 * was, for the record.
 */
export async function requireAdmin(ctx: ServiceContext): Promise<string> {
  if (ctx.actor.kind === 'system') return `command:${ctx.actor.job}`
  const address = requireUser(ctx.actor)
  if ((await getRoles(ctx, address)).admin) return address
  throw new AppError('not_permitted', 'Only the admin does this. Nothing was changed.', {
    internal: `${address} does not hold the admin resource`,
  })
}
