import { AppError } from '#lib/errors/app-error.ts'
import type { Actor } from '#services/platform/context.ts'

/** Only jobs of the system, and senders that showed the shared secret. */
export function requireCollector(actor: Actor): void {
  if (actor.kind === 'system' || actor.kind === 'webhook') return
  throw new AppError('not_permitted', 'Only the collector stores usage. Nothing was changed.')
}
