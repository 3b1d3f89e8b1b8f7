import { AppError } from '#lib/errors/app-error.ts'
import type { Actor } from '#services/platform/context.ts'

/** The credit account on whose behalf somebody asks, by one of its keys too. */
export function requireAccount(actor: Actor): string {
  if (actor.kind === 'account') return actor.accountId
  throw new AppError('session_required', 'Sign in first, or send a key of your credit account.')
}

/**
 * The account, if its holder asks: by a wallet's session or a token of the identity provider. A key spends credits; it
 * makes no keys, buys nothing and lifts no cap, so that one that leaks costs no more than the cap.
 */
export function requireHolder(actor: Actor): string {
  const accountId = requireAccount(actor)
  if (actor.kind === 'account' && actor.via !== 'key') return accountId
  throw new AppError('not_permitted', 'A key may not do this. Sign in with your wallet or identity provider.')
}
